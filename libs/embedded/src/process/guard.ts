import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

// A server knows nothing of who started it, and would go on for ever when that one is killed. So
// beside each server stands a shell that reads from a pipe of ours: the pipe ends when we do, however
// that came, and then the shell stops the server.

/** Apps end by themselves at the same moment, and are given time to write what is under way. */
const BEFORE_STOP_SECONDS = 2;
const STOP_SECONDS_MAX = 30;

/** `stat` of /proc names the start in its twentieth field behind the program's name. */
const SCRIPT = `
started() {
  if [ -d /proc/self ]; then
    read -r line 2>/dev/null < "/proc/$1/stat" || return 0
    set -- \${line##*) }
    [ "$1" = Z ] || echo "\${20}"
  else
    ps -o lstart= -p "$1"
  fi
}
server=$1 signal=$2
was=$(started "$server")
while read -r line; do :; done
sleep ${BEFORE_STOP_SECONDS}
[ -n "$was" ] && [ "$(started "$server")" = "$was" ] || exit 0
kill -s "$signal" "$server"
kill -s CONT "$server"
waited=0
while [ "$waited" -lt ${STOP_SECONDS_MAX} ]; do
  sleep 1
  [ "$(started "$server")" = "$was" ] || exit 0
  waited=$((waited + 1))
done
kill -s KILL "$server"
`;

export interface Guard {
  /** The server has ended, or somebody else looks after it. */
  dismiss(): void;
}

/** Stops the server with this signal when this process is gone. */
export function guardServer(pid: number, signal: 'INT' | 'TERM'): Guard {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'points-ledger-guard', String(pid), signal], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Not in our process group: what ends all of that must not end this.
    detached: true,
  });
  // Without a guard the next start still finds what was left, and stops it.
  shell.once('error', () => undefined);
  shell.stdin.once('error', () => undefined);
  shell.unref();
  (shell.stdin as Socket).unref();
  return { dismiss: () => void shell.kill('SIGKILL') };
}
