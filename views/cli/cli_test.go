package cli

import (
	"runtime/debug"
	"strings"
	"testing"
)

func TestHelpOfEachCommand(t *testing.T) {
	for _, command := range []string{"", "demo", "status", "failover", "switchover", "reprotect", "failback", "provision", "strategy", "resume", "attach", "history", "history list", "history show", "history verify", "history paper", "sim", "sim direct", "config", "config check", "config example", "version", "completion", "completion zsh", "help"} {
		t.Run(strings.ReplaceAll("lifeboat "+command, " ", "_"), func(t *testing.T) {
			nowhere(t)
			r := run(t, append(strings.Fields(command), "--help")...)
			if r.code != 0 || r.err != "" {
				t.Errorf("code %d, said %s", r.code, r.err)
			}
			same(t, trimmed(r.out))
		})
	}
}

// trimmed is text without the spaces that fill its lines.
func trimmed(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func TestAWrongCommandLineExitsWith64AndStartsNothing(t *testing.T) {
	for _, c := range []struct{ args, says string }{
		{"--dryrun", "lifeboat: unknown flag: --dryrun\nlifeboat --help says what there is\n"},
		{"-x", "lifeboat: unknown shorthand flag: 'x' in -x\nlifeboat --help says what there is\n"},
		{"statsu", "lifeboat has no command \"statsu\"; did you mean status?\nlifeboat --help says what there is\n"},
		{"kubernetes", "lifeboat has no command \"kubernetes\"\nlifeboat --help says what there is\n"},
		{"--theme blue", "--theme \"blue\" is not known; it is auto, dark or light\nlifeboat --help says what there is\n"},
		{"--config", "lifeboat: flag needs an argument: --config\nlifeboat --help says what there is\n"},
		{"demo --sped 3", "lifeboat demo: unknown flag: --sped\nlifeboat demo --help says what there is\n"},
		{"demo now", "lifeboat demo takes no argument, and was given \"now\"\nlifeboat demo --help says what there is\n"},
		{"demo --speed 0x", "lifeboat demo: invalid argument \"0x\" for \"--speed\" flag: strconv.ParseFloat: parsing \"0x\": invalid syntax\nlifeboat demo --help says what there is\n"},
		{"demo --speed -1", "--speed -1 cannot be; 1 is real time, 10 ten times as fast, 1000 the most\nlifeboat demo --help says what there is\n"},
		{"status all", "lifeboat status takes no argument, and was given \"all\"\nlifeboat status --help says what there is\n"},
		{"status --json --watch", "--json and --watch do not go together: --json prints one reading\nlifeboat status --help says what there is\n"},
		{"status --timeout 0s", "--timeout 0s is no time to wait\nlifeboat status --help says what there is\n"},
		{"sim --services -3", "--services -3 cannot be; it is 1 to 1000\nlifeboat sim --help says what there is\n"},
		{"sim --lisen 127.0.0.1:0", "lifeboat sim: unknown flag: --lisen\nlifeboat sim --help says what there is\n"},
		{"sim drect", "lifeboat sim has no command \"drect\"; did you mean direct?\nlifeboat sim --help says what there is\n"},
		{"sim direct", "lifeboat sim direct needs the address of a running simulator, which lifeboat sim prints\nlifeboat sim direct --help says what there is\n"},
		{"sim direct here", "the director's address \"here\" is not host:port: address here: missing port in address\nlifeboat sim direct --help says what there is\n"},
		{"config chek", "lifeboat config has no command \"chek\"; did you mean check?\nlifeboat config --help says what there is\n"},
		{"config check a.yaml", "lifeboat config check takes no argument, and was given \"a.yaml\"\nlifeboat config check --help says what there is\n"},
		{"completion oil", "lifeboat completion has no command \"oil\"\nlifeboat completion --help says what there is\n"},
		{"completion bash zsh", "lifeboat completion bash takes no argument, and was given \"zsh\"\nlifeboat completion bash --help says what there is\n"},
		{"help kubernetes", "lifeboat has no command \"kubernetes\"\nlifeboat --help says what there is\n"},
		{"help sim drect", "lifeboat sim has no command \"drect\"; did you mean direct?\nlifeboat sim --help says what there is\n"},
		{"failover --dry-run --paper", "--dry-run and --paper do not go together\nlifeboat failover --help says what there is\n"},
		{"provision", "--phase must be one of primary, foundation, data, compute, failover, validation\nlifeboat provision --help says what there is\n"},
		{"strategy --plan-only", "which strategy? warm-standby, cold-standby, pilot-light\nlifeboat strategy --help says what there is\n"},
		{"strategy pilot-light cold-standby", "one strategy at most: warm-standby, cold-standby, pilot-light\nlifeboat strategy --help says what there is\n"},
		{"strategy pilot-light --plan-only --paper", "--plan-only and --paper do not go together\nlifeboat strategy --help says what there is\n"},
		{"provision --phase data --plan-only --paper", "--plan-only and --paper do not go together\nlifeboat provision --help says what there is\n"},
		{"failover now", "lifeboat failover takes no argument, and was given \"now\"\nlifeboat failover --help says what there is\n"},
		{"switchover --confirm", "lifeboat switchover: flag needs an argument: --confirm\nlifeboat switchover --help says what there is\n"},
		{"resume a b", "lifeboat resume takes the id of one run, and was given 2\nlifeboat resume --help says what there is\n"},
		{"attach a b", "lifeboat attach takes the id of one run, and was given 2\nlifeboat attach --help says what there is\n"},
		{"run", "lifeboat run takes the id of one run\nlifeboat run --help says what there is\n"},
		{"history verfy", "lifeboat history has no command \"verfy\"; did you mean verify?\nlifeboat history --help says what there is\n"},
		{"history show a b", "lifeboat history show takes the id of one run, and was given 2\nlifeboat history show --help says what there is\n"},
		{"version 2", "lifeboat version takes no argument, and was given \"2\"\nlifeboat version --help says what there is\n"},
	} {
		t.Run(c.args, func(t *testing.T) {
			nowhere(t)
			r := run(t, strings.Fields(c.args)...)
			if r.code != 64 || r.err != c.says || r.out != "" {
				t.Errorf("code %d, want 64\nsaid %q\nwant %q\nprinted %q", r.code, r.err, c.says, r.out)
			}
		})
	}
}

func TestColourIsOffBeforeFlagsAreParsed(t *testing.T) {
	for args, want := range map[string]bool{"--no-color": true, "status --no-color --bad": true, "status": false, "sim direct -- --no-color": false} {
		if got := colourless(strings.Fields(args)); got != want {
			t.Errorf("%s: %v, want %v", args, got, want)
		}
	}
}

func TestTheVersionSaysWhatWasBuilt(t *testing.T) {
	built := func(kv ...string) *debug.BuildInfo {
		info := &debug.BuildInfo{}
		for i := 0; i < len(kv); i += 2 {
			info.Settings = append(info.Settings, debug.BuildSetting{Key: kv[i], Value: kv[i+1]})
		}
		return info
	}
	for _, c := range []struct {
		name string
		info *debug.BuildInfo
		want string
	}{
		{"installed", &debug.BuildInfo{Main: debug.Module{Version: "v0.3.0", Sum: "h1:x"}}, "v0.3.0"},
		{"from a checkout", built("vcs.revision", "1f0c2ab9d3e4567890", "vcs.time", "2026-11-23T10:00:00Z", "vcs.modified", "false"), "1f0c2ab9d3e4 of 2026-11-23"},
		{"changed", built("vcs.revision", "1f0c2ab9d3e4567890", "vcs.modified", "true"), "1f0c2ab9d3e4 with changes"},
		{"unsaid", built(), "unknown"},
	} {
		if got := versionOf(c.info); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestVersionPrintsOneLine(t *testing.T) {
	if r := run(t, "version"); r.code != 0 || !strings.HasPrefix(r.out, "lifeboat ") || strings.Count(r.out, "\n") != 1 {
		t.Errorf("%+v", r)
	}
}

func TestHelpAboutACommandIsThatCommandsHelp(t *testing.T) {
	if r := run(t, "help"); r.code != 0 || !strings.Contains(r.out, "-v --version") {
		t.Errorf("help: %+v", r)
	}
	for _, command := range []string{"status", "sim direct"} {
		words := strings.Fields(command)
		about, own := run(t, append([]string{"help"}, words...)...), run(t, append(words, "--help")...)
		if about.code != 0 || about.out != own.out {
			t.Errorf("help %s: code %d, printed\n%s\nwant\n%s", command, about.code, about.out, own.out)
		}
	}
}

func TestACompletionScriptIsPrintedForEachShell(t *testing.T) {
	for _, shell := range shells {
		if r := run(t, "completion", shell.name); r.code != 0 || r.err != "" || !strings.Contains(r.out, "__lifeboat_") {
			t.Errorf("%s: code %d, %d bytes, said %s", shell.name, r.code, len(r.out), r.err)
		}
	}
}

func TestShellsAreOfferedWhatCanBeTypedNext(t *testing.T) {
	for typed, want := range map[string]string{
		"sta":        "status\tPrint one reading of both regions, or go on printing changes\n:4\n",
		"status --j": "--json\tprint one JSON document\n:4\n",
		"--theme ":   "auto\ndark\nlight\n:4\n",
		"--config ":  "yaml\nyml\n:8\n",
		"status ":    ":4\n",
		"help conf":  "config\tCheck lifeboat.yaml, or print one to start from\n:4\n",
	} {
		words := strings.Split(typed, " ")
		if r := run(t, append([]string{"__complete"}, words...)...); r.out != want {
			t.Errorf("after %q: %q, want %q", typed, r.out, want)
		}
	}
}
