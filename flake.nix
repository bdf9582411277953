{
  description = "Fixes Python deploys that Nixpacks cannot build";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs =
    { self, nixpkgs }:
    let
      manifest = (nixpkgs.lib.importTOML ./Cargo.toml).workspace.package;
      systems = [
        "aarch64-darwin"
        "aarch64-linux"
        "x86_64-darwin"
        "x86_64-linux"
      ];
      each = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
    in
    {
      packages = each (pkgs: {
        default = pkgs.rustPlatform.buildRustPackage {
          pname = "nixpacks-fix";
          inherit (manifest) version;
          src = self;
          cargoLock.lockFile = ./Cargo.lock;
          cargoBuildFlags = [
            "--package=nixpacks-fix"
            "--package=man-pages"
          ];
          nativeBuildInputs = [ pkgs.installShellFiles ];
          # They need git with a configuration of its own, and the tests of other repositories' packages.
          doCheck = false;
          postInstall = ''
            "$out/bin/man-pages" man
            rm "$out/bin/man-pages"
            installManPage man/*.1
          ''
          + pkgs.lib.optionalString (pkgs.stdenv.buildPlatform.canExecute pkgs.stdenv.hostPlatform) ''
            installShellCompletion --cmd nixpacks-fix \
              --bash <("$out/bin/nixpacks-fix" completions bash) \
              --fish <("$out/bin/nixpacks-fix" completions fish) \
              --zsh <("$out/bin/nixpacks-fix" completions zsh)
          '';
          meta = {
            description = "Fixes Python deploys that Nixpacks cannot build";
            homepage = manifest.repository;
            license = with pkgs.lib.licenses; [
              mit
              asl20
            ];
            mainProgram = "nixpacks-fix";
          };
        };
      });

      devShells = each (pkgs: {
        default = pkgs.mkShell {
          packages = with pkgs; [
            cargo
            clippy
            rustc
            rustfmt
            git
            nodejs
            jq
          ];
        };
      });
    };
}
