//! What apt and dpkg say, and what is made of it.

use latchkey_toolchain::{
    debian::not_installed,
    llvm::{debian_mirror_in, packages_in},
};

#[test]
fn packages_unknown_removed_or_half_installed_are_missing() {
    let listed = "clang installed\ncmake config-files\nmosquitto half-installed\n";
    let missing = not_installed(&["clang", "cmake", "mosquitto", "rustc-web"], listed);
    assert_eq!(missing, ["cmake", "mosquitto", "rustc-web"]);
}

#[test]
fn a_package_is_not_taken_for_one_with_a_longer_name() {
    assert_eq!(not_installed(&["clang"], "clang-14 installed\n"), ["clang"]);
}

#[test]
fn dependencies_are_the_lines_that_name_real_packages() {
    let answer = "libllvm23\n  Depends: libc6\n |Depends: libedit2\nlibc6\n  Depends: libgcc-s1\n<virtual>\nlibedit2\n";
    assert_eq!(packages_in(answer).into_iter().collect::<Vec<_>>(), ["libc6", "libedit2", "libllvm23"]);
}

#[test]
fn the_mirror_is_found_in_both_formats() {
    let new = "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\n";
    let old = "# comment\ndeb [signed-by=/k.gpg] https://mirror.example/debian/ bookworm main\n";
    assert_eq!(debian_mirror_in(new).as_deref(), Some("http://mirror.example/debian"));
    assert_eq!(debian_mirror_in(old).as_deref(), Some("https://mirror.example/debian/"));
}

#[test]
fn other_archives_are_no_mirror() {
    let others = "deb https://packages.example/apt cloud main\nURIs: http://mirror.example/debian-security\n\
                  #deb http://mirror.example/debian bookworm main\n";
    assert_eq!(debian_mirror_in(others), None);
}
