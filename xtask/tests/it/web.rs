//! The web page's parts of the build.

use xtask::web::without_custom_sections;

const HEAD: [u8; 8] = *b"\0asm\x01\0\0\0";

fn module(sections: &[&[u8]]) -> Vec<u8> {
    [&HEAD[..], &sections.concat()].concat()
}

#[test]
fn custom_sections_go_and_all_others_stay_in_order() {
    // A length of 130 takes two bytes.
    let long = [&[0, 0x82, 0x01][..], &[7; 130]].concat();
    let (types, code) = ([1, 2, 8, 9], [10, 1, 5]);
    let with = module(&[&[0, 1, 3], &types, &long, &code, &[0, 0]]);
    assert_eq!(without_custom_sections(&with), Some(module(&[&types, &code])));
}

#[test]
fn what_is_no_module_is_not_cut_into_one() {
    assert_eq!(without_custom_sections(b""), None);
    assert_eq!(without_custom_sections(b"\x7fELF1234"), None);
    // A section that says it is longer than the file.
    assert_eq!(without_custom_sections(&module(&[&[1, 9, 0]])), None);
}
