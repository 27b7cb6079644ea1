/**
 * The processor time that some work takes in this process, in milliseconds. What else the machine does is not counted, so a bound on it holds
 * on a busy one too.
 */
export function processorMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
