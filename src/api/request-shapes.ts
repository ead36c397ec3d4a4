import { z } from 'zod'
import { AccountId, GroupId, RequestId } from '../kernel/ids.ts'
import { REQUEST_KINDS } from '../requests/kinds.ts'
import { IDENTITIES, REQUEST_STATES } from '../requests/request.ts'
import type { LetterFacts, RequestView, SeatName, StepLine, Waits } from '../requests/requests.ts'
import { STEP_SEATS } from '../requests/seats.ts'
import { Place } from '../requests/steps.ts'
import { count, day, instant, list, said } from './fields.ts'
import { NamesJson, ToldJson } from './request-kinds.ts'

const State = said(
  z.enum(REQUEST_STATES),
  'submitted chờ duyệt, returned trả lại, approved đã duyệt, rejected từ chối, withdrawn rút, expired quá hạn.',
  'Where it stands.',
)
export const RequestLine = z
  .object({
    id: RequestId,
    code: said(z.string(), 'Mã đề nghị.', 'The code that people follow it by.'),
    state: State,
    kind: z.enum(REQUEST_KINDS),
    fullName: said(z.string(), 'Tên người, hộp thư hoặc danh sách.', 'Whose or what it is.'),
    position: z.string(),
    unitName: z.string(),
    local: said(z.string().nullable(), 'Phần trước @ của địa chỉ đề nghị.', 'The local part that is asked for.'),
    submittedAt: instant(),
    dueAt: said(instant(), 'Hạn của bước đang chờ.', 'When the step that waits is due.'),
    decidedAt: instant().nullable(),
    namesakes: said(count(), 'Số người trùng tên đã có hộp thư.', 'How many namesakes have a mailbox.'),
    sendings: said(count(), 'Đã gửi mấy lần.', 'How often it was sent.'),
    step: said(z.int(), 'Bước đang chờ, từ 1.', 'Which step waits, from 1.'),
    steps: said(z.int(), 'Tổng số bước.', 'How many steps there are.'),
    fallen: said(z.boolean(), 'Không ai trong đơn vị duyệt được.', 'Nobody in the units may act on it.'),
  })
  .meta({ id: 'RequestLine' })

/** The official letter that came with a request; its file is read at its own place. */
export const LetterJson = () =>
  said(
    z
      .object({
        number: z.string(),
        date: day(),
        fileName: z.string(),
        bytes: count(),
        sha256: said(
          z.string(),
          'SHA-256 của tệp, 64 chữ số thập lục phân.',
          'SHA-256 of the file, 64 hexadecimal digits.',
        ),
      })
      .nullable(),
    'Công văn kèm theo; tệp đọc ở official-letter.',
    'The official letter with it; its file is at official-letter.',
  )

const Seat = z.object({
  kind: said(
    z.enum(['unit', 'it-staff']),
    'Quản trị đơn vị, hoặc công nghệ thông tin.',
    'A unit’s administrators, or IT staff.',
  ),
  name: said(z.string().nullable(), 'Tên đơn vị.', 'The unit’s name.'),
})
const seatOf = (seat: SeatName) => ({ kind: seat.kind, name: seat.kind === 'unit' ? seat.name : null })
export const StepJson = z.object({
  seat: said(
    z.enum(STEP_SEATS),
    'unit-admin quản trị đơn vị, parent-unit cấp trên, it-staff công nghệ thông tin.',
    'The unit’s administrator, one above, or IT staff.',
  ),
  days: said(z.int(), 'Số ngày làm việc.', 'Its working days.'),
  act: z.object({ byName: z.string(), forName: z.string().nullable(), at: instant(), seat: Seat }).nullable(),
})
export const stepOf = (step: StepLine) => ({ ...step, act: step.act && { ...step.act, seat: seatOf(step.act.seat) } })
export const WaitsJson = z.object({
  ...{ step: z.int(), of: z.int(), seats: list(Seat) },
  passed: said(list(z.string()), 'Đơn vị không có ai duyệt được.', 'Units where nobody may act.'),
  next: said(
    z.object({ seat: Seat, at: instant() }).nullable(),
    'Chuyển tiếp cho ai, lúc nào.',
    'To whom it goes next, and when.',
  ),
  vacant: z.boolean(),
  basis: said(
    z.object({ version: z.int(), place: Place, unitName: z.string().nullable() }),
    'Theo quy trình nào.',
    'By which rule.',
  ),
})
export const waitsOf = (waits: Waits) => ({
  ...waits,
  seats: waits.seats.map(seatOf),
  next: waits.next && { at: waits.next.at, seat: seatOf(waits.next.seat) },
})
export const EventJson = z.object({
  ...{ at: instant(), kind: z.string(), byName: z.string().nullable(), forName: z.string().nullable() },
  note: z.string().nullable(),
})
export const RequestWhole = z
  .object({
    id: RequestId,
    code: z.string(),
    state: State,
    version: said(count(), 'Tăng sau mỗi lần gửi và mỗi bước.', 'Grows with every sending and every step taken.'),
    kind: z.enum(REQUEST_KINDS),
    title: said(z.string(), 'Tên người, hộp thư hoặc danh sách.', 'Whose or what it is.'),
    details: ToldJson,
    names: NamesJson(),
    filedByName: said(z.string().nullable(), 'Ai gửi khi đăng nhập.', 'Who sent it while signed in.'),
    contactEmail: said(z.string(), 'Email đã xác nhận.', 'The confirmed contact e-mail.'),
    confirmedAt: instant(),
    address: said(z.string().nullable(), 'Địa chỉ được đề nghị.', 'The address that is asked for.'),
    addressHeldUntil: instant().nullable(),
    quotaMb: count(),
    submittedAt: instant(),
    dueAt: said(instant(), 'Hạn của bước đang chờ.', 'When the step that waits is due.'),
    decidedAt: instant().nullable(),
    comment: z.string().nullable(),
    letter: LetterJson(),
    identity: said(
      z.enum(IDENTITIES).nullable(),
      'Người duyệt đã xác minh bằng cách nào.',
      'How the approver made sure who the person is.',
    ),
    accountId: said(AccountId.nullable(), 'Tài khoản được cấp hoặc được đổi.', 'The account issued or changed.'),
    made: said(
      z.object({ accounts: list(AccountId), lists: list(GroupId) }),
      'Những gì đã được lập.',
      'What came of it.',
    ),
    contradictions: said(
      list(z.enum(['birth-year', 'sex'])),
      'Số định danh khác với ngày sinh hoặc giới tính đã khai.',
      'Where the identification number disagrees with what was told.',
    ),
    duplicate: said(z.boolean(), 'Số định danh đã có tài khoản.', 'The identification number has an account already.'),
    namesakes: list(z.object({ fullName: z.string(), address: z.string(), unitName: z.string() })),
    steps: list(StepJson),
    waits: said(WaitsJson.nullable(), 'Đang chờ ai, vì sao.', 'For whom it waits, and why.'),
    turn: said(
      z.object({
        kind: z.enum(['yours', 'take-over', 'own-request', 'acted-before', 'not-your-turn']),
        forName: z.string().nullable(),
      }),
      'Chủ mã truy cập làm được gì với bước đang chờ.',
      'What the token’s owner may do about the step that waits.',
    ),
    events: list(EventJson),
  })
  .meta({ id: 'Request' })

/** The view as it is answered, with its official letter. */
export function wholeOf(view: RequestView, letter: LetterFacts | null) {
  const { details, unitName, waits, steps, turn, ...rest } = view
  return {
    ...rest,
    letter,
    details: { ...details, unit: { id: details.unitId, name: unitName } },
    steps: steps.map(stepOf),
    waits: waits && waitsOf(waits),
    turn: { kind: turn.kind, forName: turn.kind === 'yours' ? turn.forName : null },
  }
}

export const Times = () => ({
  waiting: count(),
  overdue: count(),
  settled: count(),
  median: said(z.number().nullable(), 'Mili giây giờ làm việc.', 'In milliseconds of office hours.'),
  longest: said(z.number().nullable(), 'Mili giây giờ làm việc.', 'In milliseconds of office hours.'),
  onTime: said(z.number().nullable(), 'Phần đúng hạn, từ 0 đến 1.', 'The share on time, from 0 to 1.'),
})
