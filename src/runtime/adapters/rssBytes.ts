/** Memory of the whole process, all of its threads. */
export function rssBytes(): number {
  return process.memoryUsage.rss();
}
