#[test]
fn x() {
    let _ = nixpacks::generate_build_plan;
}
