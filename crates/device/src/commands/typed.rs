//! Standard input, line by line.

use tokio::sync::mpsc;

/// What is typed, until standard input ends. A thread of its own reads it: a thread of the runtime would keep the
/// program from ending until the next line is typed.
pub fn lines() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}
