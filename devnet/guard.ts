/**
 * Runs a program and ends it with a signal when our end of stdin closes, however we ended. `wait` returns early for a
 * trapped signal, hence the loop.
 */
const GUARD = `
signal=$1
shift
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
trap 'kill -$signal $child 2>/dev/null' TERM INT HUP
{ while read -r _; do :; done <&3; kill -$signal $child 2>/dev/null; } &
watch=$!
while kill -0 $child 2>/dev/null; do wait $child; code=$?; done
kill $watch 2>/dev/null
exit $code
`;

/**
 * The command line that runs a foreign program so that it doesn't outlive us. Its stdin must be a pipe of ours. When it
 * is to end, it gets `signal`.
 *
 * @example spawn(...guarded("anvil", ["--port", "8545"]), { stdio: ["pipe", "inherit", "inherit"] })
 */
export function guarded(
  command: string,
  args: readonly string[],
  signal: "TERM" | "INT" | "KILL" = "TERM",
): [command: string, args: string[]] {
  return ["/bin/sh", ["-c", GUARD, "sh", signal, command, ...args]];
}
