/** What `hotpipe --help` prints. */
export const helpText = `hotpipe: live reloads of plugins in a running host

Usage
  hotpipe watch [dir]    load each folder of dir that has a plugin.toml or plugin.json, and reload it when it changes
  hotpipe check [dir]    read and compile the plugins of dir without running them, and say what is wrong
  hotpipe doctor [dir]   say whether this machine can watch dir, and what to do where it cannot

Options of check
  --json                 one line of JSON a plugin on stdout
  --api-version X.Y.Z    the api version that the plugins' host offers (default 0.1.0)

Options of watch
  --json                 events as NDJSON on stdout, and nothing else there
  --state DIR            where plugins' state is kept (default a folder for dir under ~/.hotpipe/state)
  --backend NAME         chokidar (default), nodeFs or polling
  --api-version X.Y.Z    the api version that this host offers to plugins (default 0.1.0)
  --worker               run each plugin in a thread of its own, unless its manifest says "in-process"
  --preset NAME          development (default) or production
  -h, --help             this text
  -v, --version          the version of hotpipe

dir is the current directory unless said. SIGINT (Ctrl+C) and SIGTERM save every plugin's state and end the host.
What a plugin throws outside of a call is told on standard error; the host goes on.
Exit codes: 0 ended by a signal, 1 the host failed, 2 the command line was wrong.
Exit codes of check: 0 each plugin is well, 1 one of them is not or there is none, 2 the command line was wrong.
Exit codes of doctor: 0 all is well, 1 something will not work, 2 the command line was wrong.
`;
