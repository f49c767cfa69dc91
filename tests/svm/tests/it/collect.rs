//! Taking what is due, and what a late payment costs.

use latchkey_tests_svm::{Scene, due};

#[test]
fn an_instalment_is_taken_from_its_due_date_to_the_second() {
    let mut scene = Scene::new();
    scene.top_up(1_500);
    scene.at(due(0) - 1).collect().holds();
    assert_eq!(scene.wallet(), 1_500);
    scene.at(due(0)).collect().holds();
    assert_eq!(scene.wallet(), 500);
}
