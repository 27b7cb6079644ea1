/** What `hotpipe --help` prints. */
export const helpText = `hotpipe: live reloads of plugins in a running host

Usage
  hotpipe watch [dir]    load every plugin in dir and reload it when its files change
  hotpipe check [dir]    read and compile every plugin in dir without running it, and report what is wrong
  hotpipe doctor [dir]   report whether this machine can watch dir, and how to fix what prevents it

A plugin is a folder with a plugin.toml or plugin.json. dir is the directory that holds the plugins' folders; the current
directory by default.

Options of watch
  --json                 print events to standard output as NDJSON, and nothing else there
  --state DIR            keep the plugins' state in DIR (default: a folder for dir under ~/.hotpipe/state)
  --backend NAME         how to watch: chokidar (default), nodeFs or polling
  --api-version X.Y.Z    the API version that this host offers to plugins (default 0.1.0)
  --worker               run each plugin in its own thread, unless its manifest says "in-process"
  --preset NAME          development (default) or production

Options of check
  --json                 print one line of JSON per plugin
  --api-version X.Y.Z    the API version that the plugins' host offers (default 0.1.0)

Other options
  -h, --help             print this text
  -v, --version          print the version of hotpipe

Press Ctrl+C to stop watch. SIGINT (Ctrl+C) and SIGTERM save the state of every plugin and end the host.
An error that a plugin throws outside of a call is printed to standard error; the host goes on.

Exit codes
  watch    0 stopped by a signal, 1 the host failed
  check    0 every plugin is valid, 1 at least one is not, or dir has no plugin
  doctor   0 no problem was found, 1 at least one was
  all      2 the command line was wrong
`;
