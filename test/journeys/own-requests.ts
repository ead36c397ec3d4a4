import { cliActor } from '../../src/access/policy.ts'
import type { Rule } from '../../src/requests/steps.ts'
import { allowed, unique } from '../support/system.ts'
import type { Hands } from './hands.ts'
import { everywhere, type Look } from './looking.ts'
import type { World } from './world.ts'

const LIST = '/de-nghi-cua-toi'
const SUBMIT = 'main form button[type=submit]'
const PDF = { name: 'Công văn 125.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\n') }
/** Where not everything is looked at, those that have parts of their own. */
const FORMS = ['danh-sach-thu', 'nhieu-nguoi']
const OTHER_FORMS = [
  ...['nguoi-dung-hop-thu', 'hop-thu-don-vi', 'hop-thu-chuc-danh', 'ho-ten', 'chuc-vu', 'dia-chi-phu', 'dung-luong'],
]

/** Mailboxes of functions want an official letter; said once, whichever journey comes first. */
async function wantLetters({ system }: World): Promise<void> {
  const { steps } = system.services
  const rule: Rule = {
    ...{ of: 'function-mailbox', place: { kind: 'everywhere' }, letter: true },
    steps: [
      { seat: 'unit-admin', days: 1 },
      { seat: 'it-staff', days: 1 },
    ],
  }
  const { version } = await steps.present()
  const why = 'Theo quy chế thư điện tử của tỉnh'
  await steps.set(allowed('steps.change', cliActor('test')), { seen: version, why, rules: [rule] })
}

/**
 * What somebody asks for while signed in: every form with its faults, an official letter, comments, and a request that is
 * returned, corrected and sent again. `asker` and `decider` are signed in.
 */
export async function ownRequests(
  world: World,
  { asker, decider }: Record<'asker' | 'decider', Hands>,
  look: Look,
): Promise<void> {
  await wantLetters(world)
  // Journeys go on at the same time, and each address is one alone's.
  const what = `Một cửa số ${unique()}`
  const seen = (hands: Hands, name: string) => look(hands.page, `own-${name}`)

  await asker.open(`${LIST}/moi`)
  await asker.press(SUBMIT)
  await seen(asker, 'choose-error')
  for (const form of everywhere ? [...FORMS, ...OTHER_FORMS] : FORMS) {
    await asker.open(`${LIST}/moi/${form}`)
    await asker.press(SUBMIT)
    await seen(asker, `${form}-error`)
  }

  await asker.open(`${LIST}/moi/hop-thu-chuc-danh`)
  await asker.type('#what', what)
  await asker.type('#full', `${world.people.approver.mail}\n${world.people.it.mail}`)
  await asker.type('#why', 'Theo phân công của Giám đốc Sở')
  await asker.press(SUBMIT)
  // Its policy wants a letter, which is asked for first.
  await asker.press(SUBMIT)
  await seen(asker, 'letter-error')
  await asker.type('#number', '125/SNV-VP')
  for (const [part, value] of Object.entries({ Day: '23', Month: '11', Year: '2025' }))
    await asker.page.locator(`input[name=letter${part}]`).fill(value)
  await asker.page.locator('#file').setInputFiles(PDF)
  await asker.press(SUBMIT)
  await seen(asker, 'check')
  await asker.press(SUBMIT)
  if (everywhere) await seen(asker, 'sent')
  const path = new URL(asker.page.url()).pathname
  const decision = path.replace(LIST, '/cho-duyet')

  await decider.open(decision)
  await decider.press('form[action$="/y-kien"] button')
  await seen(decider, 'decision-error')
  await decider.type('#commentText', 'Hộp thư này thay cho hộp thư cũ của bộ phận một cửa?')
  await decider.choose('reader', 'applicant')
  await decider.press('form[action$="/y-kien"] button')
  await decider.choose('decision', 'return')
  await decider.type('#returnText', 'Bổ sung tên đầy đủ của bộ phận và người dùng thay khi vắng.')
  await decider.press('form[action$="/quyet-dinh"] button')

  await asker.open(path)
  await asker.type('#commentText', 'Đúng vậy, hộp thư cũ không còn ai dùng.')
  await asker.press('form[action$="/y-kien"] button')
  await seen(asker, 'returned')
  await asker.press(`main a[href="${path}/sua"]`)
  await asker.type('#what', `${what}, tiếp nhận và trả kết quả`)
  await asker.press(SUBMIT)
  await asker.press(SUBMIT)
  await decider.open(decision)
  await seen(decider, 'decision-again')

  if (everywhere) {
    await asker.open(`${path}/rut`)
    await seen(asker, 'withdraw')
  }
  await asker.open(LIST)
  await seen(asker, 'list')
}
