class Rekey < Formula
  desc "Keeps the sign-in of OpenAI's Codex fresh"
  homepage "@HOMEPAGE@"
  url "@HOMEPAGE@/releases/download/v@VERSION@/rekey-@VERSION@.tar.gz"
  sha256 "@SHA256 rekey-VERSION.tar.gz@"
  license "MIT"

  depends_on "go" => :build

  def install
    # macOS needs its own C compiler for the tray, Linux none.
    ENV["CGO_ENABLED"] = OS.mac? ? "1" : "0"
    flags = Utils.safe_popen_read("packaging/version").chomp
    system "go", "build", *std_go_args(ldflags: "-s -w #{flags}")
    system "go", "run", "./packaging/manual", version.to_s, man1
    generate_completions_from_executable(bin/"rekey", "completion")
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/rekey --version")
    assert_match "signed_out", shell_output("#{bin}/rekey --home #{testpath} status --json", 3)
  end
end
