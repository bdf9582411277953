install_packages() {
  python3 -m pip install -r requirements.txt
}
