import { expect } from '../support/jest.ts'
import { PASSWORD } from '../support/people.ts'
import { adoptionWays } from './adoption.ts'
import type { Hands } from './hands.ts'
import type { Look } from './looking.ts'
import { IMPORT_WAYS } from './imports.ts'
import { signIn } from './main-job.ts'
import { reorganisationWays } from './reorganisations.ts'
import { ownRequests } from './own-requests.ts'
import type { World } from './world.ts'

/** Pages for everybody that the main job does not pass. */
export async function otherPages(hands: Hands, look: Look): Promise<void> {
  const { page } = hands
  const pages = {
    'track-withdraw': '/theo-doi/rut',
    receipt: '/de-nghi/bien-nhan',
    help: '/tro-giup',
    states: '/bang-tinh-trang',
    'activate-start': '/kich-hoat',
    'password-forgotten': '/quen-mat-khau',
    'password-sent': '/quen-mat-khau/da-gui',
    'api-problems': '/tai-lieu-api/loi',
    'not-found': '/khong-co',
  }
  for (const [name, path] of Object.entries(pages)) {
    await hands.open(path)
    await look(page, name)
  }
  await signIn(hands, 'khongcoai', 'khong dung dau')
  await look(page, 'sign-in-error')
}

/** What the three kinds of staff see, each page reached from where they start. */
export async function staffPages(
  world: World,
  { approver, staff, auditor }: Record<'approver' | 'staff' | 'auditor', Hands>,
  look: Look,
): Promise<void> {
  await visitAll(approver, 'admin', look, {
    settled: ['/cho-duyet', 'a[href="/cho-duyet?tab=settled"]'],
    several: ['/cho-duyet', 'tick .cv-table tbody input[type=checkbox]', 'button[value=approve]'],
    'several-error': [
      '/cho-duyet',
      'tick .cv-table tbody input[type=checkbox]',
      'button[value=return]',
      'main form[method=post] button',
    ],
    'nothing-found': ['/cho-duyet?q=khongco'],
    accounts: ['/cho-duyet', 'nav a[href="/tai-khoan"]'],
    reviews: ['/tai-khoan', 'nav a[href="/ra-soat"]'],
    idle: ['/tai-khoan', 'nav a[href="/lau-khong-dung"]'],
    account: ['/tai-khoan?q=thuy+duong', '.cv-table a'],
    'account-hand-over': ['/tai-khoan?q=thuy+duong', '.cv-table a', 'a[href$="muc=giao"]'],
    slip: ['/tai-khoan?q=thuy+duong', '.cv-table a', 'a[href$="muc=giao"]', 'form[action$="/phieu"] button'],
    'account-suspend': ['/tai-khoan?q=thuy+duong', '.cv-table a', 'a[href$="lam=suspend"]'],
    'account-leave-error': ['/tai-khoan?q=thuy+duong', '.cv-table a', 'a[href$="lam=leave"]', 'button[value=preview]'],
    changes: ['/tai-khoan', 'nav a[href="/thay-doi"]'],
    lists: ['/tai-khoan', 'nav a[href="/danh-sach-thu"]'],
    list: ['/danh-sach-thu', '.cv-table a'],
    units: ['/cho-duyet', 'nav a[href="/don-vi"]'],
    times: ['/cho-duyet', 'nav a[href="/thoi-gian"]'],
    deputies: ['/cho-duyet', 'a[href="/duyet-thay"]'],
    'deputies-error': ['/duyet-thay', 'form[action="/duyet-thay"] button[type=submit]'],
    unit: ['/don-vi', '.cv-table a'],
    'my-account': ['/', 'nav a[href="/tai-khoan-cua-toi"]'],
    tokens: ['/tai-khoan-cua-toi', 'main a[href="/ma-truy-cap"]'],
    'tokens-error': ['/ma-truy-cap', 'main form[action="/ma-truy-cap"] button'],
    'api-docs': ['/', 'footer a[href="/tai-lieu-api"]'],
    'api-group': ['/tai-lieu-api', 'main a[href="/tai-lieu-api/units"]'],
    forbidden: ['/viec-con-do'],
  })
  await signIn(staff, world.people.it.mail, PASSWORD)
  await visitAll(staff, 'it', look, {
    board: ['/viec-con-do'],
    'board-repair': ['/viec-con-do', 'a[href="/viec-con-do/sua-tat-ca"]'],
    'board-repair-error': ['/viec-con-do/sua-tat-ca', 'main form button[type=submit]'],
    ...reconcileWays,
    ...adoptionWays,
    brake: ['/viec-con-do', 'main a[href="/chot-an-toan"]'],
    'brake-hold': ['/chot-an-toan', '.cv-table a'],
    'brake-hold-error': ['/chot-an-toan', '.cv-table a', 'form[action$="/mo"] button'],
    'brake-limits': ['/chot-an-toan', 'a[href="/chot-an-toan/nguong"]'],
    'brake-limits-error': ['/chot-an-toan/nguong', 'form[action="/chot-an-toan/nguong"] button'],
    requests: ['/viec-con-do', 'nav a[href="/cho-duyet"]'],
    accounts: ['/viec-con-do', 'nav a[href="/tai-khoan"]'],
    account: ['/viec-con-do', '.cv-table a'],
    'account-details': ['/viec-con-do', '.cv-table a', 'a[href$="muc=thong-tin"]'],
    'shared-mailboxes': ['/tai-khoan?kind=function'],
    'shared-mailbox': ['/tai-khoan?kind=function', '.cv-table a'],
    'shared-holders': ['/tai-khoan?kind=function', '.cv-table a', 'a[href$="muc=nguoi-dung"]'],
    'shared-details': ['/tai-khoan?kind=function', '.cv-table a', 'a[href$="muc=thong-tin"]'],
    'list-details': ['/danh-sach-thu', '.cv-table a', 'a[href$="muc=thong-tin"]'],
    'list-sync': ['/danh-sach-thu', '.cv-table a', 'a[href$="muc=dong-bo"]'],
    'list-history': ['/danh-sach-thu', '.cv-table a', 'a[href$="muc=lich-su"]'],
    'lists-nothing': ['/danh-sach-thu?q=khongco'],
    'account-past': ['/viec-con-do', '.cv-table a', 'a[href$="muc=lich-su"]', 'main a[href$="/vao-ngay"]'],
    records: ['/tai-khoan', 'nav a[href="/nguoi"]'],
    'records-alike': ['/nguoi', 'a[href$="tab=trung"]'],
    record: ['/nguoi', '.cv-table a'],
    'record-number-error': [
      '/nguoi',
      '.cv-table a',
      'main a[href$="/so-dinh-danh"]',
      'main .cv-form button[type=submit]',
    ],
    'record-merge': ['/nguoi', '.cv-table a', 'main a[href$="/gop"]', 'main a[href*="voi="]'],
    'account-history': ['/viec-con-do', '.cv-table a', 'a[href$="muc=lich-su"]'],
    units: ['/viec-con-do', 'nav a[href="/don-vi"]'],
    unit: ['/don-vi?q=noi+vu', '.cv-table a'],
    'unit-change': ['/don-vi?q=noi+vu', '.cv-table a', 'a[href$="/sua"]'],
    'unit-new-error': ['/don-vi', 'a[href="/don-vi/moi"]', 'main form button[type=submit]'],
    roles: ['/don-vi', 'nav a[href="/phan-quyen"]'],
    'roles-error': ['/phan-quyen', 'form[action="/phan-quyen"] button[type=submit]'],
    'role-revoke': ['/phan-quyen', 'a[href$="/thu-hoi"]'],
    times: ['/cho-duyet', 'nav a[href="/thoi-gian"]'],
    holidays: ['/quy-dinh', 'main a[href="/ngay-nghi"]'],
    'holidays-error': ['/ngay-nghi?nam=2027', 'form[action="/ngay-nghi"] button[type=submit]'],
    policies: ['/viec-con-do', 'nav a[href="/quy-dinh"]'],
    steps: ['/quy-dinh', 'main a[href="/quy-dinh/phe-duyet"]'],
    'steps-change': ['/quy-dinh/phe-duyet', '.cv-table a[href*="/sua?"]'],
    'steps-new-error': ['/quy-dinh/phe-duyet', 'a[href="/quy-dinh/phe-duyet/moi"]', 'main form button[type=submit]'],
    'take-over': ['/cho-duyet', '.cv-table a'],
    'account-hold': ['/viec-con-do', '.cv-table a', 'a[href$="lam=hold"]'],
    'life-policy': ['/quy-dinh', 'main a[href="/quy-dinh/vong-doi"]'],
    'quota-policy': ['/quy-dinh', 'main a[href="/quy-dinh/dung-luong"]'],
    'quota-policy-error': ['/quy-dinh/dung-luong', 'main form[action="/quy-dinh/dung-luong"] button'],
    naming: ['/quy-dinh', 'main a[href="/quy-dinh/dia-chi"]'],
    'naming-preview': ['/quy-dinh/dia-chi', 'button[value=preview]'],
    'naming-error': ['/quy-dinh/dia-chi', 'button[value=save]'],
    'letter-texts': ['/quy-dinh', 'main a[href="/quy-dinh/thu"]'],
    'letter-text': ['/quy-dinh/thu', 'a[href="/quy-dinh/thu/returned.vi"]'],
    'letter-text-error': ['/quy-dinh/thu/approved.vi', 'button[value=save]'],
    retention: ['/quy-dinh', 'main a[href="/quy-dinh/luu-tru"]'],
    letters: ['/viec-con-do', 'nav a[href="/thu"]'],
    addresses: ['/tai-khoan', 'nav a[href="/dia-chi"]'],
    audit: ['/viec-con-do', 'nav a[href="/nhat-ky"]'],
    ...IMPORT_WAYS,
    ...reorganisationWays,
    'audit-checked': ['/nhat-ky', 'form[action="/nhat-ky/kiem-tra"] button'],
  })
  await accessToken(staff, look)
  await livePreview(staff, '/quy-dinh/dia-chi', ['#person', '{ten}.{ho}'], 'huong.dang@')
  await livePreview(
    staff,
    '/quy-dinh/thu/rejected.vi',
    ['#text', 'Rất tiếc, {ho_ten}: {ly_do}'],
    'Rất tiếc, Đặng Thị Hường',
  )
  await ownRequests(world, { asker: approver, decider: staff }, look)
  await reviewUnderWay({ approver, staff }, look)
  await signIn(auditor, world.people.auditor.mail, PASSWORD)
  await visitAll(auditor, 'auditor', look, {
    board: ['/viec-con-do'],
    decision: ['/cho-duyet', '.cv-table a'],
    account: ['/viec-con-do', '.cv-table a'],
    unit: ['/don-vi', '.cv-table a'],
    roles: ['/phan-quyen'],
    reconcile: ['/doi-soat'],
    findings: ['/doi-soat/diem-lech'],
    finding: ['/doi-soat/diem-lech', '.cv-table a'],
    brake: ['/chot-an-toan', '.cv-table a'],
    'brake-limits': ['/chot-an-toan/nguong'],
    holidays: ['/ngay-nghi'],
    times: ['/thoi-gian'],
    steps: ['/quy-dinh/phe-duyet'],
    naming: ['/quy-dinh/dia-chi'],
    'life-policy': ['/quy-dinh/vong-doi'],
    'letter-text': ['/quy-dinh/thu/returned.vi'],

    addresses: ['/dia-chi'],
    'tokens-all': ['/ma-truy-cap', 'main a[href="/ma-truy-cap-moi-nguoi"]'],
  })
  for (const path of [
    '/viec-con-do',
    '/cho-duyet',
    '/tai-khoan',
    '/danh-sach-thu',
    '/don-vi',
    '/phan-quyen',
    '/ngay-nghi',
    '/thoi-gian',
    '/thay-doi',
    '/nguoi',
    '/lau-khong-dung',
    '/ra-soat',
    '/quy-dinh/vong-doi',
    '/chot-an-toan',
    '/chot-an-toan/nguong',
    '/nhap-danh-sach',
    '/quy-dinh/nhap-danh-sach',
    '/doi-soat',
    '/doi-soat/diem-lech',
  ]) {
    await auditor.open(path)
    expect(await auditor.page.locator('.cv-readonly').count()).toBe(1)
    // Searching is all that there is to press.
    expect(
      await auditor.page.locator('main form[method=post], main a[href$="/sua"], main a[href$="/moi"]').count(),
    ).toBe(0)
  }
}

/** A review that is under way, as IT staff and an administrator see it. */
async function reviewUnderWay({ approver, staff }: Record<'approver' | 'staff', Hands>, look: Look): Promise<void> {
  const begin = 'main form[action="/ra-soat"] button'
  await staff.open('/ra-soat')
  // Somebody who looks at the pages in another language may have begun it.
  if ((await staff.page.locator(begin).count()) > 0) await staff.press(begin)
  await visitAll(staff, 'it', look, {
    'reviews-open': ['/ra-soat'],
    'review-open': ['/ra-soat', '.cv-table a'],
  })
  await visitAll(approver, 'admin', look, {
    'review-open': ['/ra-soat', '.cv-table a'],
    'review-unit': ['/ra-soat', '.cv-table a', 'main .cv-table a'],
  })
}

/** A token that is made, shown once and asked about before it is revoked. */
async function accessToken(hands: Hands, look: Look): Promise<void> {
  await hands.open('/ma-truy-cap')
  await hands.type('#name', 'Phần mềm nhân sự')
  await hands.choose('scopes', 'units:read')
  await hands.press('form[action="/ma-truy-cap"] button')
  await look(hands.page, 'it-token-made')
  await hands.press('main a[href$="/thu-hoi"]')
  await look(hands.page, 'it-token-revoke')
  await hands.open('/ma-truy-cap-moi-nguoi')
  await look(hands.page, 'it-tokens-all')
}

/** Where there are scripts, the preview follows what is typed. */
async function livePreview(
  hands: Hands,
  path: string,
  typed: [field: string, text: string],
  shows: string,
): Promise<void> {
  await hands.open(path)
  await hands.type(...typed)
  await hands.page.locator('#xem-thu', { hasText: shows }).waitFor()
}

/** What reconciliation shows IT staff. */
export const reconcileWays: Ways = {
  pause: ['/viec-con-do', 'a[href="/viec-con-do/tam-dung"]'],
  'pause-error': ['/viec-con-do/tam-dung', 'main form button'],
  attributes: ['/quy-dinh', 'main a[href="/quy-dinh/thuoc-tinh"]'],
  'attributes-error': ['/quy-dinh/thuoc-tinh', 'main form button'],
  'account-values': ['/viec-con-do', '.cv-table a', 'a[href$="muc=gia-tri"]'],
  reconcile: ['/viec-con-do', 'nav a[href="/doi-soat"]'],
  'reconcile-error': ['/doi-soat', 'main form[novalidate] button'],
  'reconcile-run': ['/doi-soat', 'main > .cv-table tbody tr:nth-child(1) a'],
  'reconcile-unsure': ['/doi-soat', 'main > .cv-table tbody tr:nth-child(2) a'],
  findings: ['/doi-soat', 'main a[href="/doi-soat/diem-lech"]'],
  finding: ['/doi-soat/diem-lech?loai=different', '.cv-table a'],
  'finding-error': ['/doi-soat/diem-lech?loai=different', '.cv-table a', 'form[action$="/bo-qua"] button'],
  'finding-repair': ['/doi-soat/diem-lech', 'button[value=every]'],
}

export type Ways = Readonly<Record<string, readonly [path: string, ...presses: string[]]>>

/** Each page by its way: where it starts, and what is pressed, ticked or (`none`) chosen nothing for there. */
export async function visitAll(hands: Hands, who: string, look: Look, ways: Ways): Promise<void> {
  for (const [name, [path, ...presses]] of Object.entries(ways)) {
    await hands.open(path)
    for (const what of presses) {
      if (what.startsWith('tick ')) {
        await hands.page.locator(what.slice(5)).first().check()
        continue
      }
      if (what.startsWith('none ')) {
        await hands.page.locator(what.slice(5)).first().selectOption({ index: 0 })
        continue
      }
      const menu = hands.page.locator('.govuk-js-service-navigation-toggle')
      if (what.startsWith('nav ') && (await menu.isVisible())) await menu.click()
      await hands.press(what)
    }
    await look(hands.page, `${who}-${name}`)
  }
}
