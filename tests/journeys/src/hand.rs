//! Clicks and looks. After each click something must come true; a click that the window did not take is made once
//! more, and said.

use std::path::PathBuf;
use std::time::Duration;

use fantoccini::error::CmdError;
use fantoccini::{Client, Locator};
use tokio::time::{Instant, sleep};

use crate::session::shots;

/// Long enough for a loaded machine; a step that works takes a fraction of a second.
const PATIENCE: Duration = Duration::from_secs(60);
const SHOWN: &str = "const found = document.querySelector(arguments[0]);
    return found !== null && found.getClientRects().length > 0 && getComputedStyle(found).visibility === 'visible';";
const FIRST_TRY: Duration = Duration::from_secs(20);

pub struct Hand<'a> {
    client: &'a Client,
    shot: u32,
}

impl<'a> Hand<'a> {
    pub fn new(client: &'a Client) -> Hand<'a> {
        Hand { client, shot: 0 }
    }

    /// Waits until something is shown.
    pub async fn sees(&mut self, css: &str) {
        if !self.shown(css, PATIENCE).await {
            self.lost(&format!("waiting for {css}")).await;
        }
    }

    /// Clicks what is at `css`; `then` must be shown after it.
    pub async fn clicks(&mut self, css: &str, then: &str) {
        self.sees(css).await;
        self.click(css).await;
        if self.shown(then, FIRST_TRY).await {
            return;
        }
        eprintln!("retry: {css} was clicked and {then} did not come");
        if self.shown(css, Duration::from_secs(1)).await {
            self.click(css).await;
        }
        if !self.shown(then, PATIENCE).await {
            self.lost(&format!("{css} was clicked twice, waiting for {then}")).await;
        }
    }

    /// The text of the first match, once `wanted` holds of it.
    pub async fn reads(&mut self, css: &str, wanted: impl Fn(&str) -> bool) -> String {
        let until = Instant::now() + PATIENCE;
        let mut last = String::new();
        while Instant::now() < until {
            if let Ok(element) = self.client.find(Locator::Css(css)).await
                // Not the text that WebKit's driver thinks visible: it holds clipped text to be hidden.
                && let Ok(Some(text)) = element.prop("textContent").await
            {
                last = text;
                if wanted(&last) {
                    return last;
                }
            }
            sleep(Duration::from_millis(100)).await;
        }
        self.lost(&format!("{css} says {last:?}")).await;
        last
    }

    pub async fn counts(&mut self, css: &str) -> usize {
        self.client.find_all(Locator::Css(css)).await.map(|found| found.len()).unwrap_or(0)
    }

    /// A picture of the window, numbered in the order of the journey.
    pub async fn takes_a_picture(&mut self, name: &str) -> PathBuf {
        self.shot += 1;
        let path = shots().join(format!("window-{:02}-{name}.png", self.shot));
        // Transitions settle.
        sleep(Duration::from_millis(300)).await;
        let png = self.client.screenshot().await.expect("a picture");
        std::fs::write(&path, png).expect("a picture on disk");
        path
    }

    async fn click(&self, css: &str) {
        let mut tries = 0;
        while let Err(error) = self.try_click(css).await {
            tries += 1;
            assert!(tries < 20, "{css} cannot be clicked: {error}");
            sleep(Duration::from_millis(250)).await;
        }
    }

    /// The page may draw the element anew between finding and clicking it.
    async fn try_click(&self, css: &str) -> Result<(), CmdError> {
        self.client.find(Locator::Css(css)).await?.click().await
    }

    async fn shown(&self, css: &str, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        loop {
            // By its boxes: the driver's own notion of what is displayed fails on lists that scroll.
            let seen = self.client.execute(SHOWN, vec![css.into()]).await;
            if seen.is_ok_and(|seen| seen == true) {
                return true;
            }
            if Instant::now() >= until {
                return false;
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    async fn lost(&mut self, what: &str) {
        let shot = self.takes_a_picture("lost").await;
        let page = match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        };
        panic!("{what}\nsee {}\nthe window says:\n{page}", shot.display());
    }
}
