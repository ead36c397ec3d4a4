import { browser, type Browser, type WebPage } from './browser.ts'
import { postOf, type Account } from './post.ts'
import { PASSWORD } from './seeding.ts'
import { DOMAIN } from './servers.ts'
import type { Demo } from './start.ts'
import { expectPage, type Step } from './steps.ts'

const CONTACT = 'hoangthithunghiem@example.com'
const NAME = 'Hoàng Thị Thử Nghiệm'
const NEW_PASSWORD = 'muoi hai con thuyen ra khoi'
const UNIT = 'Phòng Công chức, viên chức'

/** The main job, from a request without an account to a mailbox in use; nothing but what a user has. */
export async function journey({ url, servers, seeded }: Pick<Demo, 'url' | 'servers' | 'seeded'>, step: Step) {
  const post = postOf(servers)
  const applicant = browser(url)
  const code = await step('ask: contact e-mail, code from the letter', () => confirmContact(applicant, post))
  const asked = await step('ask: details, address, check, send', () => fileRequest(applicant, code))

  await step('follow the request by code and contact e-mail', async () => {
    const visitor = browser(url)
    const form = await visitor.get('/theo-doi')
    expectPage(await visitor.submit(form, { code: asked.code, email: CONTACT }), '/theo-doi/ket-qua', NAME)
  })

  const approver = seeded.signIns.find(({ role }) => role === 'unit-admin')?.address ?? ''
  const office = browser(url)
  await step('unit administrator signs in', () =>
    signIn(office, { address: approver, password: PASSWORD }, '/cho-duyet'),
  )
  const decided = await step('unit administrator finds and approves it', () => approve(office))
  const link = await step('the letter with the link has come', async () => {
    const letter = await post.letterTo(CONTACT, asked.code.concat(' đã được phê duyệt'))
    const found = letter.links.find((each) => each.startsWith(`${url}/kich-hoat/`))
    if (found === undefined) throw new Error(`No link in the letter: ${letter.text}`)
    return found
  })
  expectPage(decided, '/cho-duyet')

  const me: Account = { address: asked.address, password: NEW_PASSWORD }
  await step('activate: choose a password', async () => {
    const form = await applicant.get(link)
    const done = await applicant.submit(form, { password: NEW_PASSWORD, again: NEW_PASSWORD })
    expectPage(done, '/kich-hoat/xong', me.address)
  })
  const own = browser(url)
  await step('sign in as the new person, my account', async () => {
    const page = await signIn(own, me, '/tai-khoan-cua-toi')
    expectPage(page, '/tai-khoan-cua-toi', me.address, UNIT)
  })

  await step('SMTP: an unknown address is refused with 550', async () => {
    const { code: answer, said } = await post.send({ ...letter('Thư lạc'), to: `khongcoai@${DOMAIN}` })
    if (answer !== 550) throw new Error(`answered ${said}`)
  })
  const subject = 'Thư đầu tiên'
  await step('SMTP: mail to the new address is accepted', async () => {
    const { code: answer, said } = await post.send({ ...letter(subject), to: me.address })
    if (answer !== 250) throw new Error(`answered ${said}`)
  })
  if (servers.imap) {
    await step('IMAP: the new person signs in and reads it', async () => {
      const from = await post.read(me, subject)
      if (from !== 'ban@example.org') throw new Error(`It says that it came from ${from}`)
    })
  } else await step('the mailbox holds it', () => post.storedFor(me.address, subject))
  if (servers.submission) {
    await step('submission: the new person sends as themselves', async () => {
      const sent = { from: me.address, to: CONTACT, subject: 'Thư trả lời' }
      const { code: answer, said } = await post.submit(me, sent)
      if (answer !== 250) throw new Error(`answered ${said}`)
      await post.letterTo(CONTACT, sent.subject)
    })
    await step('submission: sending as somebody else is refused', async () => {
      const { code: answer, said } = await post.submit(me, { from: approver, to: CONTACT, subject: 'Thư mạo danh' })
      if (answer < 500) throw new Error(`answered ${said}`)
    })
  }
}

const letter = (subject: string) => ({ from: 'ban@example.org', subject })

async function confirmContact(applicant: Browser, post: ReturnType<typeof postOf>): Promise<WebPage> {
  const home = expectPage(await applicant.get('/'), '/')
  if (!home.links.includes('/de-nghi')) throw new Error('The start page does not lead to a request')
  const sent = await applicant.submit(await applicant.get('/de-nghi'), { email: CONTACT })
  expectPage(sent, '/de-nghi/ma', CONTACT)
  const mail = await post.letterTo(CONTACT, 'Mã xác nhận')
  const code = /\b\d{6}\b/.exec(mail.text)?.[0]
  if (code === undefined) throw new Error(`No code in the letter: ${mail.text}`)
  return expectPage(await applicant.submit(sent, { code }), '/de-nghi/thong-tin')
}

async function fileRequest(applicant: Browser, form: WebPage): Promise<{ code: string; address: string }> {
  const units = (await applicant.json(`/don-vi/tim?q=${encodeURIComponent('phong cong chuc')}`)) as {
    id: string
    name: string
  }[]
  const unit = units.find(({ name }) => name === UNIT)
  if (!unit) throw new Error('The unit is not found without accents')
  const choice = await applicant.submit(form, {
    ...{ fullName: NAME, birthDay: '5', birthMonth: '9', birthYear: '1990', sex: 'female', number: '022190 123456' },
    ...{ unit: unit.name, unitId: unit.id, position: 'Chuyên viên', employment: 'civil-servant', phone: '' },
  })
  expectPage(choice, '/de-nghi/dia-chi')
  const local = /name="local"[^>]*value="([^"]+)"/.exec(choice.html)?.[1]
  if (local === undefined) throw new Error('No address is proposed')
  const address = `${local}@${DOMAIN}`
  const review = expectPage(await applicant.submit(choice, { local }), '/de-nghi/kiem-tra', NAME, address, UNIT)
  const sent = expectPage(await applicant.submit(review, { declaration: 'yes' }), '/de-nghi/da-gui')
  const code = /\b[A-Z]{2,4}-[2-9A-Z]{4}-[2-9A-Z]{4}\b/.exec(sent.text)?.[0]
  if (code === undefined) throw new Error(`No tracking code: ${sent.text}`)
  return { code, address }
}

async function signIn(visitor: Browser, { address, password }: Account, start: string): Promise<WebPage> {
  const page = await visitor.submit(await visitor.get('/dang-nhap'), { login: address, password })
  return expectPage(page, start)
}

async function approve(office: Browser): Promise<WebPage> {
  const inbox = expectPage(await office.get(`/cho-duyet?q=${encodeURIComponent('thu nghiem')}`), '/cho-duyet', NAME)
  const path = inbox.links.find((each) => /^\/cho-duyet\/[0-9a-f-]{36}$/.test(each))
  if (path === undefined) throw new Error('The inbox does not lead to the request')
  const request = expectPage(await office.get(path), path, NAME, CONTACT, UNIT)
  const answer = await office.submit(request, { decision: 'approve', identity: 'known-phone', handOver: 'link' })
  return expectPage(answer, '/cho-duyet')
}
