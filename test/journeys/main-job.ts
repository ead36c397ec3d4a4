import { expect } from '../support/jest.ts'
import { PASSWORD } from '../support/people.ts'
import { unique } from '../support/system.ts'
import type { Hands } from './hands.ts'
import type { Look } from './looking.ts'
import type { Scene } from './world.ts'

export const UNIT = 'Phòng Công chức, viên chức'
/** What somebody new chooses. */
export const CHOSEN = 'mười hai con thuyền ra khơi'
const nothing: Look = () => Promise.resolve()

export type Asked = { readonly name: string; readonly contact: string; readonly code: string; readonly address: string }

const at = (hands: Hands): string => new URL(hands.page.url()).pathname
const submitOf = (field: string) => `main form:has(${field}) button[type=submit]`

/** From the home page to a request that is sent and followed; each page is looked at, the forms with errors first. */
export async function ask(
  world: Scene,
  hands: Hands,
  options: { name: string; look?: Look; scripts?: boolean },
): Promise<Asked> {
  const { name, look = nothing, scripts = true } = options
  const { page } = hands
  const contact = `hopthurieng${unique()}@example.com`
  const seen = (what: string) => look(page, what)

  await hands.open('/')
  await seen('home')
  await hands.press('main a[href="/de-nghi"]')
  await seen('request-1-email')
  await hands.press(submitOf('#email'))
  expect(await page.title()).toMatch(/^(Lỗi|Error): /)
  if (scripts) {
    const focused = await page.evaluate<string>('document.activeElement.className')
    expect(focused).toContain('govuk-error-summary')
  }
  await seen('request-1-email-error')
  await page.keyboard.press('Tab')
  if (scripts) {
    await page.keyboard.press('Enter')
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('email')
  }
  await hands.type('#email', contact)
  await hands.press(submitOf('#email'))
  expect(at(hands)).toBe('/de-nghi/ma')
  await seen('request-2-code')
  await hands.type('#code', '12')
  await hands.press(submitOf('#code'))
  await seen('request-2-code-error')
  const letter = await world.system.servers.sink.waitFor(contact, ({ text }) => /\b\d{6}\b/.test(text))
  await hands.type('#code', /\b\d{6}\b/.exec(letter.text)?.[0] ?? '')
  await hands.press(submitOf('#code'))
  expect(at(hands)).toBe('/de-nghi/thong-tin')
  await seen('request-3-details')

  await hands.type('#fullName', name)
  await hands.press(submitOf('#fullName'))
  await seen('request-3-details-error')
  const links = await page.evaluate<string[]>(
    `[...document.querySelectorAll('.govuk-error-summary a')].map((each) => each.hash)`,
  )
  expect(links).toEqual(['#birthDate', '#sex', '#number', '#unit', '#position', '#employment'])
  expect(await page.locator('#fullName').inputValue()).toBe(name)
  await hands.type('#birthDate', '5')
  await hands.type('#birthMonth', '9')
  await hands.type('#birthYear', '1990')
  await hands.choose('sex', 'female')
  await hands.type('#number', `022190${String(200_000 + unique())}`)
  await hands.unit('cong chuc', UNIT)
  await hands.type('#position', 'Chuyên viên')
  await hands.choose('employment', 'civil-servant')
  await hands.press(submitOf('#fullName'))
  expect(at(hands)).toBe('/de-nghi/dia-chi')
  await seen('request-4-address')
  const local = (await page.locator('input[name=local]').first().getAttribute('value')) ?? ''
  await hands.choose('local', local)
  await hands.press(submitOf('input[name=local]'))
  expect(at(hands)).toBe('/de-nghi/kiem-tra')
  const check = await page.locator('main').innerText()
  for (const text of [name, UNIT, contact]) expect(check).toContain(text)
  await seen('request-5-check')
  await hands.press(submitOf('#declaration'))
  await seen('request-5-check-error')
  await hands.choose('declaration', 'yes')
  await hands.press(submitOf('#declaration'))
  expect(at(hands)).toBe('/de-nghi/da-gui')
  await seen('request-6-sent')
  const code = await page.locator('.cv-code').innerText()
  return { name, contact, code, address: `${local}@quangninh.gov.vn` }
}

/** Follows a request by its code and contact e-mail, as somebody who comes back later. */
export async function follow(hands: Hands, asked: Asked, look: Look = nothing): Promise<void> {
  await hands.open('/theo-doi')
  await look(hands.page, 'track')
  await hands.type('#code', asked.code)
  await hands.type('#email', asked.contact)
  await hands.press(submitOf('#code'))
  expect(at(hands)).toBe('/theo-doi/ket-qua')
  expect(await hands.page.locator('main').innerText()).toContain(asked.name)
  await look(hands.page, 'track-result')
}

export async function signIn(hands: Hands, address: string, password: string, look: Look = nothing): Promise<void> {
  await hands.open('/dang-nhap')
  await look(hands.page, 'sign-in')
  await hands.type('#login', address)
  await hands.type('#password', password)
  await hands.press(submitOf('#login'))
}

/** The unit's administrator finds it in the inbox and approves it, after a decision that lacks something. */
export async function approve(world: Scene, hands: Hands, asked: Asked, look: Look = nothing): Promise<void> {
  const { page } = hands
  await signIn(hands, world.people.approver.mail, PASSWORD)
  expect(at(hands)).toBe('/cho-duyet')
  await look(page, 'inbox')
  await hands.type('#q', asked.name)
  await hands.press('form[role=search] button')
  const request = await page.locator('.cv-table a', { hasText: asked.name }).first().getAttribute('href')
  await hands.press(`.cv-table a[href="${request ?? ''}"]`)
  await look(page, 'decision')
  await hands.choose('decision', 'approve')
  await hands.press('.cv-decision button.govuk-button')
  await look(page, 'decision-error')
  await hands.choose('identity', 'known-phone')
  await hands.choose('handOver', 'link')
  await hands.press('.cv-decision button.govuk-button')
  expect(at(hands)).toBe('/cho-duyet')
  await hands.open(request ?? '')
  await look(page, 'decision-approved')
}

/** The letter's link, a first password that is too weak, a good one; then the new person signs in to their account. */
export async function activate(world: Scene, hands: Hands, asked: Asked, look: Look = nothing): Promise<void> {
  const { page } = hands
  const letter = await world.system.servers.sink.waitFor(asked.contact, ({ text }) => text.includes('/kich-hoat/'))
  const link = new RegExp(`${world.base}(/kich-hoat/[\\w-]{40,})`).exec(letter.text)?.[1] ?? ''
  await hands.open(link)
  await look(page, 'activate')
  await hands.type('#password', 'nguyenvanan')
  await hands.type('#again', 'nguyenvanan1')
  await hands.press(submitOf('#password'))
  await look(page, 'activate-error')
  const password = CHOSEN
  await hands.type('#password', password)
  await hands.type('#again', password)
  await hands.press(submitOf('#password'))
  expect(at(hands)).toBe('/kich-hoat/xong')
  expect(await page.locator('main').innerText()).toContain(asked.address)
  await look(page, 'activate-done')
  await hands.open(link)
  await look(page, 'activate-dead')
  await signIn(hands, asked.address, password, look)
  expect(at(hands)).toBe('/tai-khoan-cua-toi')
  expect(await page.locator('main').innerText()).toContain(asked.address)
  await look(page, 'my-account')
}
