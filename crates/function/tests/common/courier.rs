use std::sync::{Arc, Mutex};

use latchkey_function::courier::Replies;
use latchkey_function::{Answers, Courier, Parcel};

type Car = dyn Fn(&Parcel) -> Vec<Vec<u8>> + Send + Sync;

/// A courier in memory: what it carried, and a car that answers at once or not at all.
pub struct TestCourier {
    carried: Mutex<Vec<(Parcel, Replies)>>,
    car: Box<Car>,
    open: bool,
}

impl TestCourier {
    pub fn to(car: impl Fn(&Parcel) -> Vec<Vec<u8>> + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { carried: Mutex::default(), car: Box::new(car), open: true })
    }

    pub fn closed() -> Arc<Self> {
        Arc::new(Self { carried: Mutex::default(), car: Box::new(|_| Vec::new()), open: false })
    }

    pub fn parcels(&self) -> Vec<Parcel> {
        self.carried.lock().unwrap().iter().map(|(parcel, _)| parcel.clone()).collect()
    }

    /// The courier's end of the last conversation.
    pub fn last_replies(&self) -> Replies {
        self.carried.lock().unwrap().last().unwrap().1.clone()
    }

    /// The car publishes something later.
    pub fn say(&self, message: Vec<u8>) {
        assert!(self.last_replies().pass_on(message), "the conversation is open");
    }
}

impl Courier for TestCourier {
    fn dispatch(&self, parcel: Parcel) -> Answers {
        let (replies, answers) = Answers::channel();
        if self.open {
            replies.mark_sent();
        }
        for message in (self.car)(&parcel) {
            replies.pass_on(message);
        }
        self.carried.lock().unwrap().push((parcel, replies));
        answers
    }
}
