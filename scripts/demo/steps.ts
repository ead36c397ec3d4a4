import type { WebPage } from './browser.ts'

/** Prints each step with how long it took. A step that throws is printed too, and thrown on. */
export type Step = <T>(what: string, act: () => Promise<T>) => Promise<T>

export function stepper(print: (line: string) => void): Step {
  return async (what, act) => {
    const begun = performance.now()
    const line = (mark: string) => `${mark} ${String(Math.round(performance.now() - begun)).padStart(6)} ms  ${what}`
    try {
      const result = await act()
      print(line('ok   '))
      return result
    } catch (error) {
      print(line('FAULT'))
      throw error
    }
  }
}

/** Throws unless the page came well, from that path, and says so. */
export function expectPage(page: WebPage, path: string | RegExp, ...says: readonly string[]): WebPage {
  const there = typeof path === 'string' ? page.url.pathname === path : path.test(page.url.pathname)
  const missing = says.find((each) => !page.text.includes(each))
  if (page.status === 200 && there && missing === undefined) return page
  const why = missing === undefined ? `instead of ${String(path)}` : `and lacks “${missing}”`
  throw new Error(`${page.url.pathname} answered ${page.status} ${why}: ${page.text.slice(0, 600)}`)
}

/** Asks again until there is an answer; throws after `ms`. */
export async function until<T>(what: string, ms: number, ask: () => Promise<T | null>): Promise<T> {
  const end = Date.now() + ms
  for (;;) {
    const answer = await ask()
    if (answer !== null) return answer
    if (Date.now() > end) throw new Error(`${what} did not come within ${ms} ms`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
