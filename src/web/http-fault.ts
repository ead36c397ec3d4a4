/** Ends a request with a status and its page; what the page says is in the words of the status. */
export class HttpFault extends Error {
  readonly status: 400 | 403 | 404 | 409 | 413 | 419 | 429 | 503
  readonly minutes: number | null
  constructor(status: HttpFault['status'], facts: { minutes?: number; cause?: unknown } = {}) {
    super(`HTTP ${status}`, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'HttpFault'
    this.status = status
    this.minutes = facts.minutes ?? null
  }
}
