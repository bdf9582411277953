//! Holds the plan model of `nixpacks-transforms` to the real planner.
