const CODES = /^(P1001|P1002|P1008|P1017|P2024|ECONNREFUSED|ECONNRESET|ETIMEDOUT|57P0[123]|08...)$/
const WORDS =
  /connection (terminated|timeout)|Can't reach database|Connection terminated|ECONNREFUSED|Query read timeout|timeout exceeded when trying to connect/i

/** Whether an error says that the database cannot be reached, or did not answer in time. */
export function isDatabaseAway(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  return (typeof code === 'string' && CODES.test(code)) || WORDS.test(String(error))
}
