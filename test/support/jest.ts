import type * as jest from '@jest/globals'

// What jest's runner for plain Node leaves out: a limit of time, that the tests of a file whose preparation failed are not tried,
// and what caused an error.

/** So long a test, or what prepares it, may take, in milliseconds, unless it says otherwise. */
const PATIENCE_MS = 120_000

type Work = (...given: never[]) => unknown
const plain = globalThis as unknown as typeof jest
const currentFile = (): string | undefined => plain.expect.getState().testPath
let unprepared: { readonly file: string | undefined; readonly why: unknown } | undefined

/** The error with what caused it in its stack, which is all that the runner shows. */
function whole(error: unknown): unknown {
  if (error instanceof Error && error.cause instanceof Error)
    error.stack = `${error.stack ?? error.message}\nCaused by: ${error.cause.stack ?? error.cause.message}`
  return error
}

const inTime =
  (work: Work, patienceMs = PATIENCE_MS) =>
  async (...given: never[]): Promise<void> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`It took longer than ${patienceMs} ms`)), patienceMs)
    })
    try {
      await Promise.race([work(...given), late])
    } catch (error) {
      throw whole(error)
    } finally {
      clearTimeout(timer)
    }
  }

const prepared = (work: Work, patienceMs?: number) => async (): Promise<void> => {
  try {
    await inTime(work, patienceMs)()
  } catch (error) {
    unprepared = { file: currentFile(), why: error }
    throw error
  }
}

const tried =
  (work: Work, patienceMs?: number) =>
  (...given: never[]): Promise<void> => {
    if (unprepared !== undefined && unprepared.file === currentFile())
      throw new Error('What prepares this test failed', { cause: unprepared.why })
    return inTime(work, patienceMs)(...given)
  }

type Named = (name: string, work: Work, patienceMs?: number) => void
const named =
  (define: Named, wrap: (work: Work, patienceMs?: number) => Work): Named =>
  (name, work, patienceMs) =>
    define(name, wrap(work, patienceMs))
const each = plain.test.each as unknown as (...table: unknown[]) => Named

export const { describe, expect } = plain
export const test = Object.assign(named(plain.test as Named, tried), {
  each: (...table: unknown[]) => named(each(...table), tried),
}) as unknown as typeof plain.test
export const beforeAll: typeof plain.beforeAll = (work, patienceMs) => plain.beforeAll(prepared(work, patienceMs))
export const beforeEach: typeof plain.beforeEach = (work, patienceMs) => plain.beforeEach(tried(work, patienceMs))
export const afterEach: typeof plain.afterEach = (work, patienceMs) => plain.afterEach(inTime(work, patienceMs))
export const afterAll: typeof plain.afterAll = (work, patienceMs) => plain.afterAll(inTime(work, patienceMs))
