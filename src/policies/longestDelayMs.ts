/**
 * The longest wait a timer can hold: 2^31 - 1 ms, almost 25 days. One more and Node fires after 1 ms,
 * which turns the longest backoff into a hot loop.
 *
 * @source https://nodejs.org/api/timers.html#settimeoutcallback-delay-args
 */
export const longestDelayMs = 2 ** 31 - 1;
