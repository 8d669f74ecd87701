//! Prepares the desktop application; the engine and the command line need of it only that a new build of the
//! interface is noticed.

fn main() {
    println!("cargo:rerun-if-changed=src-tauri/build.rs");
    println!("cargo:rerun-if-changed=ui/dist");
    #[cfg(feature = "desktop")]
    {
        println!("cargo:rerun-if-changed=src-tauri/desktop/capabilities");
        let attributes =
            tauri_build::Attributes::new().capabilities_path_pattern("./src-tauri/desktop/capabilities/**/*");
        if let Err(error) = tauri_build::try_build(attributes) {
            println!("cargo:warning={error:#}");
            std::process::exit(1);
        }
    }
}
