import { afterAll, beforeAll, expect, test } from '../support/jest.ts'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { startChromium } from './chromium.ts'
import { keyboard, pointer, type Hands } from './hands.ts'
import { everywhere, looking } from './looking.ts'
import { activate, approve, ask, follow } from './main-job.ts'
import { otherPages, staffPages } from './tour.ts'
import { startWorld, type World } from './world.ts'

let world: World
let chromium: Browser
beforeAll(async () => {
  ;[world, chromium] = await Promise.all([startWorld(), startChromium()])
}, 240_000)
afterAll(async () => {
  await chromium.close()
  await world.stop()
})

/** A browser of somebody's own, and what went wrong in it that nobody saw. */
async function visit(options: BrowserContextOptions = {}): Promise<{ page: Page; errors: string[] }> {
  const context = await chromium.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (4\d\d|503)/.test(message.text())) errors.push(message.text())
  })
  return { page, errors }
}
async function office(width: number, lang: 'vi' | 'en'): Promise<{ hands: Hands; errors: string[] }> {
  const { page, errors } = await visit({ viewport: { width, height: 900 } })
  await page.context().addCookies([{ name: 'lang', value: lang, url: world.base }])
  return { hands: pointer(page, world.base), errors }
}

/**
 * The whole of it, and every other page, in one language; what is wrong with the pages comes back. What staff see is looked at
 * in Vietnamese, and in English too where everything is.
 */
async function journey(lang: 'vi' | 'en', width: number, name: string): Promise<string[]> {
  const faults: string[] = []
  const look = looking(lang, width, faults)
  const [person, approver, staff, auditor] = await Promise.all([
    office(width, lang),
    office(width, lang),
    office(width, lang),
    office(width, lang),
  ])
  const asked = await ask(world, person.hands, { name, look })
  await follow(person.hands, asked, look)
  await otherPages(person.hands, look)
  await approve(world, approver.hands, asked, look)
  await activate(world, person.hands, asked, look)
  if (lang === 'vi' || everywhere)
    await staffPages(world, { approver: approver.hands, staff: staff.hands, auditor: auditor.hands }, look)
  return [...faults, ...[person, approver, staff, auditor].flatMap(({ errors }) => errors)]
}

test('the main job is done in Vietnamese at a desk and in English on a phone, and every page is in order', async () => {
  // At once, for most of the time a browser is waited for.
  const faults = await Promise.all([journey('vi', 1280, 'Đặng Thị Ngọc Huyền'), journey('en', 390, 'Phạm Thị Hải Yến')])
  expect(faults.flat()).toEqual([])
}, 1_800_000)

test('the main job is done with the keyboard alone', async () => {
  const [person, approver] = await Promise.all([visit(), visit()])
  const asked = await ask(world, keyboard(person.page, world.base), { name: 'Lỷ A Sám' })
  await approve(world, keyboard(approver.page, world.base), asked)
  await activate(world, keyboard(person.page, world.base), asked)
  expect([...person.errors, ...approver.errors]).toEqual([])
}, 240_000)

test('the main job is done without scripts', async () => {
  const [person, approver] = await Promise.all([
    visit({ javaScriptEnabled: false }),
    visit({ javaScriptEnabled: false }),
  ])
  const hands = (page: Page) => pointer(page, world.base, { scripts: false })
  const asked = await ask(world, hands(person.page), { name: 'Voòng Thị Tư', scripts: false })
  await follow(hands(person.page), asked)
  await approve(world, hands(approver.page), asked)
  await activate(world, hands(person.page), asked)
}, 240_000)
