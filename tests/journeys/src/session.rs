//! Starts and ends everything that a session needs.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::json;

/// A process with its descendants, ended together: the driver alone would leave WebKitWebDriver and the window behind.
struct Group(Child);

impl Group {
    fn start(command: &mut Command) -> Group {
        let name = command.get_program().to_string_lossy().into_owned();
        Group(
            command
                .process_group(0)
                .spawn()
                .unwrap_or_else(|e| panic!("{name} cannot be started ({e}): run make setup")),
        )
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = Pid::from_raw(self.0.id() as i32) {
            let _ = kill_process_group(group, Signal::TERM);
            let until = Instant::now() + Duration::from_secs(5);
            while Instant::now() < until {
                if matches!(self.0.try_wait(), Ok(Some(_))) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.0.wait();
    }
}

/// One run of the application in folders of its own.
pub struct Session {
    pub client: Client,
    /// Where this run's cases and reports go; gone with the session.
    pub folder: tempfile::TempDir,
    pick: PathBuf,
    // In the order in which they are ended.
    _driver: Group,
    _display: Group,
}

impl Session {
    /// `arguments` are those of the application, such as a case to open.
    pub async fn open(arguments: &[&Path]) -> Session {
        let root = root();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pick = folder.path().join("pick");
        let mut display = Group::start(
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", "1360x900x24", "-nolisten", "tcp"])
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        );
        let mut number = String::new();
        BufReader::new(display.0.stdout.take().expect("piped")).read_line(&mut number).expect("the display's number");

        let (port, native) = (free_port(), free_port());
        let log = File::create(shots().join("driver.log")).expect("a log file");
        let own = |name: &str| folder.path().join(name);
        let driver = Group::start(
            Command::new(driver_path(&root))
                .args(["--port", &port.to_string(), "--native-port", &native.to_string()])
                .env("DISPLAY", format!(":{}", number.trim()))
                .env_remove("WAYLAND_DISPLAY")
                .env("XDG_CONFIG_HOME", own("config"))
                .env("XDG_DATA_HOME", own("data"))
                .env("XDG_CACHE_HOME", own("cache"))
                .env("BEHALF_PICK", &pick)
                .stdin(Stdio::null())
                .stdout(log.try_clone().expect("a log file"))
                .stderr(log),
        );
        // The driver answers before its WebKit half does, and a session asked for in between is lost.
        listening(port).await;
        listening(native).await;
        let client = connect(port, arguments).await;
        Session { client, folder, pick, _driver: driver, _display: display }
    }

    /// What the next file dialog answers.
    pub fn pick(&self, paths: &[&Path]) {
        let lines: Vec<String> = paths.iter().map(|p| p.to_string_lossy().into_owned()).collect();
        std::fs::write(&self.pick, lines.join("\n")).expect("the answer of the dialog");
    }

    pub async fn close(self) {
        let _ = self.client.close().await;
    }
}

async fn connect(port: u16, arguments: &[&Path]) -> Client {
    let application = target().join("behalf-desktop");
    assert!(application.is_file(), "no window at {}: build it first (make journeys)", application.display());
    let wanted = json!({ "browserName": "wry", "tauri:options": { "application": application, "args": arguments } });
    let capabilities = wanted.as_object().cloned().expect("an object");
    let at = format!("http://127.0.0.1:{port}");
    let mut tries = 0;
    loop {
        let made = ClientBuilder::new(HttpConnector::new()).capabilities(capabilities.clone()).connect(&at).await;
        match made {
            Ok(client) => return client,
            // Known to fail now and then while the driver starts; said, so that it is seen when it becomes more.
            Err(error) if tries < 2 => {
                tries += 1;
                eprintln!("retry: no session yet: {error}");
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            Err(error) => panic!("no session: {error}; see {}", shots().join("driver.log").display()),
        }
    }
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the repository").to_path_buf()
}

/// The build folder that this test itself lies in, and with it the application.
pub fn target() -> PathBuf {
    let test = std::env::current_exe().expect("this test's path");
    test.ancestors().nth(2).expect("target/PROFILE/deps").to_path_buf()
}

fn driver_path(root: &Path) -> PathBuf {
    let ours = root.join("target/tools/bin/tauri-driver");
    if ours.is_file() { ours } else { PathBuf::from("tauri-driver") }
}

/// Pictures and logs of the run; not committed.
pub fn shots() -> PathBuf {
    let folder = root().join("target/journeys");
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    folder
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|l| l.local_addr()).expect("a free port").port()
}

async fn listening(port: u16) {
    let until = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < until, "nothing listens on port {port}; see {}", shots().join("driver.log").display());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
