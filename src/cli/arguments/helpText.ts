/** What `hotpipe --help` prints. */
export const helpText = `hotpipe: live reloads of plugins in a running host

Usage
  hotpipe watch [dir]    load every plugin in dir and reload it when its files change
  hotpipe run FILE       run one module of a program, serve what it exports, and reload it when its files change
  hotpipe check [dir]    read and compile every plugin in dir without running it, and report what is wrong
  hotpipe doctor [dir]   report whether this machine can watch dir, and how to fix what prevents it
  hotpipe new NAME       write a plugin that runs: the folder NAME, or with --single the file NAME.ts
  hotpipe call PLUGIN FUNCTION [JSON...]
                         call a function in the watch that runs here, and print its result as JSON
  hotpipe explain [--dir DIR | --trace FILE] [--json] PLUGIN|PATH
                         why a plugin of a running watch was reloaded or not, or what a save of a path would do
  hotpipe status [dir]   print what the watch that runs for dir, or here, tells of itself, as JSON
  hotpipe replay FILE    run a recorded watch again, and print the first difference if there is one
  hotpipe what-if FILE --set NAME=VALUE
                         predict the recorded run with other options, such as debounce.maxMs=100
  hotpipe export FILE --plugin NAME
                         print the recorded run of a plugin as a test to paste
  hotpipe trace diff A B print the first event that two recorded runs do not have in common
  hotpipe trace view FILE [--html OUT | --svg OUT]
                         show a recorded run on a page, whose address is printed, or draw it
  hotpipe fleet COMMAND  one version of a plugin for many hosts, over NATS; see "Commands of fleet"
  hotpipe help           print this text

A plugin is a folder with a plugin.toml, a plugin.json, or a package.json with the key "hotpipe". dir is the directory that holds the plugins' folders; the current
directory by default.

Commands of fleet
  keygen [--key FILE]    write a private key into FILE (default fleet-key.pem) and its public key into FILE.pub
  publish DIR --key FILE [--serial N] [--api-version X.Y.Z]
                         check, sign and store the plugin in the folder DIR; nothing is rolled out
  plan PLUGIN@VERSION [--waves 1,5%,25%,100%] [--bake 5m] [--expect-hosts N] [--retry-refused] [--json]
                         what a rollout with these words would do with the hosts that are alive; writes nothing
  rollout PLUGIN@VERSION [--waves 1,5%,25%,100%] [--bake 5m] [--expect-hosts N] [--retry-refused] [--wait]
                         roll out what was published, at this pace or at the controller's; --wait: until it has ended
  status [PLUGIN] [--json] [--watch | --dashboard[=PORT]]
                         how the rollouts stand, and what each host said; until a signal: --watch each change in a line,
                         --dashboard on a page
  hosts [--json]         the hosts that are alive
  pause|resume|promote|abort PLUGIN [--reason TEXT]
  rollback PLUGIN [--to VERSION] [--reason TEXT]
                         make the stable version before the stable one again, on every host
  agent DIR --host NAME --trust FILE [--api-version X.Y.Z]
                         run the plugins of the fleet on this host; DIR is the agent's own. --trust may be given several times
  controller [--waves 1,25%,100%] [--bake 1m] [--deadline 2m] [--expect-hosts N] [--holder NAME]
             [--dashboard[=PORT]]
                         steer the rollouts; any number of controllers may run. --dashboard: and show them on a page
  gc [--keep N] [--json] remove the bundles that nothing needs: never what a document names or a live host serves or tries,
                         nor the newest N versions of a plugin (default 5)
  all but keygen take --nats URL (default nats://127.0.0.1:4222), --creds FILE and --namespace NAME (default "default"); for TLS, which tls://
                         as URL asks for too: --ca FILE who signed the certificate of the server (default: one that this machine
                         trusts), --cert FILE and --cert-key FILE a certificate for servers that ask for one

Options of watch
  --json                 print events to standard output as NDJSON, and nothing else there
  --verbose              print every event, and not only what a save did
  --clear                clear the terminal before the lines of a save
  --manifests optional   a folder with an index file, and a single source file, are plugins too, named after it
  --exclude GLOB         do not watch paths that match, relative to dir; may be given several times
  --on-event COMMAND     run a shell command per event, with the event as JSON on its standard input
  --dashboard[=PORT]     show the run on a page at http://127.0.0.1, whose address is printed (default: a free port)
  --record FILE          record the run, for replay, what-if and export; never a plugin's state
  --redact LEVEL         what the recording hides: paths (default, and messages), all (plugins' names too) or none
  --state DIR            keep the plugins' state in DIR (default: a folder for dir under ~/.hotpipe/state)
  --backend NAME         how to watch: chokidar (default), nodeFs or polling
  --api-version X.Y.Z    the API version that this host offers to plugins (default 0.1.0)
  --worker               run each plugin in its own thread, unless its manifest says "in-process"
  --preset NAME          development (default) or production

Options of run
  those of watch but --api-version, --exclude, --manifests, --record and --redact

Options of check
  --manifests optional   as for watch
  --json                 print one line of JSON per plugin
  --api-version X.Y.Z    the API version that the plugins' host offers (default 0.1.0)
  --compile              keep what was compiled, so that the first start of watch or run compiles nothing
  --state DIR            with --compile: the directory that watch is given (default: as for watch)
  --shared PATTERN       files that the host shares with plugins, as its option "shared"; may be given several times

Options of new
  --js                   write JavaScript instead of TypeScript
  --single               write one source file, which needs no manifest where watch has "--manifests optional"

Options of explain
  --dir DIR              the directory of the watch to ask; only needed where several run
  --trace FILE           ask a recorded run in place of one that runs
  --json                 print the whole answer as JSON

Options of call
  --dir DIR              the directory of the watch to call; only needed where several run. Stands before PLUGIN

Options of replay, what-if and export
  --json                 (replay, what-if) print one line of JSON
  --set NAME=VALUE       (what-if) an option of hotReload; may be given several times
  --anyway               (what-if) print the prediction although that of the recorded run itself is off by more than 10 %
  --plugin NAME          (export) whose run it is
  --form FORM            (export) marble, timeline or trace (default: the first that can say it)
  --minimize TAG         (export) the fewest saves that still show an event or an error of this kind, such as TimedOut

Keys of watch in a terminal
  r reload one plugin or all, with their state · p pause and go on · c clear · d address of the dashboard ·
  h help · q quit

Other options
  -h, --help             print this text
  -v, --version          print the version of hotpipe

Press Ctrl+C to stop watch. SIGINT (Ctrl+C), SIGTERM and SIGHUP (the terminal was closed) save the state of every plugin
and end the host.
An error that a plugin throws outside of a call is printed to standard error; the host goes on.

Exit codes
  watch, run
           0 stopped by a signal, 1 the host failed
  check    0 every plugin is valid, 1 at least one is not, or dir has no plugin
  doctor   0 no problem was found, 1 at least one was
  call     0 the function returned, 1 it threw, there is no such plugin or function, or no watch runs
  status   0 a watch runs, 1 none does
  explain  0 explained, 1 no such plugin, or no watch runs
  replay   0 the same events with the same times, 1 they differ
  what-if  0 printed, 1 the model cannot predict the recorded run itself
  export   0 printed, 1 nothing smaller shows it
  trace    0 no difference, or drawn; 1 the runs differ
  fleet    0 done, or promoted; 1 refused, or the rollout was taken back; 3 the rollout was inconclusive and has ended;
           4 the engine was not reached
  all      2 the command line was wrong
`;
