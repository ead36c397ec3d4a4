import type { DeputyRefusal } from '../access/deputies.ts'
import type { OnceRefusal } from '../access/idempotency.ts'
import type { Forbidden } from '../access/policy.ts'
import type { RoleRefusal } from '../access/roles.ts'
import type { Scope } from '../access/scope.ts'
import type { DomainRefusal } from '../addresses/domains.ts'
import type { NamingRefusal } from '../addresses/naming-policies.ts'
import type { ReleaseRefusal } from '../addresses/tombstones.ts'
import type { BrakeRefusal } from '../brake/brake.ts'
import type { Held } from '../brake/brakes.ts'
import type { HolidayRefusal } from '../calendar/calendar.ts'
import type { Language } from '../letters/letter.ts'
import type { LifeActRefusal } from '../accounts/lives.ts'
import type { PersonActRefusal } from '../people/people.ts'
import type { ResetRefusal } from '../accounts/resetting.ts'
import type { RetryRefusal } from '../letters/letters.ts'
import type { TextRefusal } from '../letters/texts.ts'
import type { ChangeRefusal } from '../scheduled/change.ts'
import type { PersonNameRefusal } from '../kernel/person-name.ts'
import type { CommentRefusal } from '../requests/comment.ts'
import type { Refusal } from '../requests/requests.ts'
import type { StepsRefusal } from '../requests/steps-policies.ts'
import type { PlanRefusal } from '../reconcile/finding.ts'
import type { UnitRefusal } from '../units/unit.ts'

/** A text in both languages. */
export type Said = Readonly<Record<Language, string>>

/** What is wrong with one value that was sent: where, as a code for programs and in words. */
export type ValueFault = {
  readonly in: 'body' | 'query' | 'header'
  /** JSON pointer (RFC 6901) into the body, or the parameter's name. */
  readonly at: string
  readonly code: string
  readonly detail: string
}

/** What the protocol itself refuses, whatever is asked for. */
export type ProtocolRefusal =
  | { kind: 'token-needed' }
  | { kind: 'token-unknown' }
  | { kind: 'scope-needed'; scope: Scope }
  | { kind: 'not-found' }
  | { kind: 'unknown-path' }
  | { kind: 'method-not-allowed'; allowed: readonly string[] }
  | { kind: 'not-acceptable' }
  | { kind: 'bad-request' }
  | { kind: 'bad-json' }
  | { kind: 'invalid'; errors: readonly ValueFault[] }
  | { kind: 'bad-cursor' }
  | { kind: 'key-needed' }
  | { kind: 'key-malformed' }
  | { kind: 'changed' }
  | { kind: 'precondition-needed' }
  | { kind: 'no-precondition' }
  | { kind: 'too-large'; most: number }
  | { kind: 'wrong-type' }
  | { kind: 'not-pdf' }
  | { kind: 'too-many-requests'; seconds: number }
  | { kind: 'other-number'; accounts: number }
  | { kind: 'unreadable-name'; reason: PersonNameRefusal['kind'] }
  | { kind: 'broken'; incident: string }
  | { kind: 'unavailable' }

/** Everything that an answer may refuse with. */
export type ApiRefusal =
  | ProtocolRefusal
  | OnceRefusal
  | Forbidden
  | Refusal
  | CommentRefusal
  | RoleRefusal
  | UnitRefusal
  | HolidayRefusal
  | NamingRefusal
  | ReleaseRefusal
  | DomainRefusal
  | StepsRefusal
  | DeputyRefusal
  | LifeActRefusal
  | PersonActRefusal
  | ResetRefusal
  | ChangeRefusal
  | TextRefusal
  | RetryRefusal
  | BrakeRefusal
  | PlanRefusal
  | Held
export type ProblemKind = ApiRefusal['kind']

export type ProblemRow = { readonly status: number; readonly title: Said }
const row = (status: number, vi: string, en: string): ProblemRow => ({ status, title: { vi, en } })

const ROWS = {
  'token-needed': row(401, 'Cần mã truy cập trong Authorization', 'An access token is needed in Authorization'),
  'token-unknown': row(
    401,
    'Mã truy cập không đúng, đã hết hạn hoặc đã thu hồi',
    'The access token is unknown, over or revoked',
  ),
  'scope-needed': row(403, 'Mã truy cập không có phạm vi này', 'The access token lacks the scope'),
  forbidden: row(403, 'Tài khoản không có quyền này', 'The account may not do this'),
  'not-found': row(404, 'Không có, hoặc ngoài phạm vi được xem', 'There is none, or none within reach'),
  'unknown-path': row(404, 'Không có đường dẫn này', 'There is no such path'),
  'method-not-allowed': row(405, 'Đường dẫn này không nhận phương thức đó', 'The path does not take this method'),
  'not-acceptable': row(406, 'Không trả lời được bằng kiểu này', 'There is no answer of that type'),
  'bad-request': row(400, 'Không đọc được yêu cầu', 'The request cannot be read'),
  'bad-json': row(400, 'Nội dung không phải là JSON theo UTF-8', 'The body is not JSON in UTF-8'),
  invalid: row(400, 'Có giá trị không hợp lệ', 'Some values are not valid'),
  'bad-cursor': row(400, 'Con trỏ trang không dùng được cho danh sách này', 'The cursor does not fit this list'),
  'key-needed': row(400, 'Cần tiêu đề Idempotency-Key', 'An Idempotency-Key header is needed'),
  'key-malformed': row(400, 'Idempotency-Key không đúng dạng', 'The Idempotency-Key is malformed'),
  'key-in-use': row(409, 'Yêu cầu trước cùng khóa này chưa xong', 'The first request with this key is under way'),
  'key-reused': row(422, 'Khóa này đã dùng cho yêu cầu khác', 'The key came with another request before'),
  changed: row(412, 'Nội dung đã thay đổi so với bản đã đọc', 'It has changed since it was read'),
  'precondition-needed': row(428, 'Cần tiêu đề If-Match', 'An If-Match header is needed'),
  'no-precondition': row(400, 'Thao tác này không nhận If-Match', 'This operation does not take If-Match'),
  'too-large': row(413, 'Nội dung gửi lên quá lớn', 'The body is too large'),
  'wrong-type': row(
    415,
    'Nội dung không thuộc kiểu mà thao tác này nhận',
    'The body is not of the type that the operation takes',
  ),
  'not-pdf': row(422, 'Tệp không phải là PDF', 'The file is no PDF'),
  'too-many-requests': row(429, 'Quá nhiều yêu cầu', 'Too many requests'),
  'other-number': row(422, 'Số tài khoản không khớp', 'It is not the number of accounts that exist'),
  'unreadable-name': row(422, 'Họ tên không đọc được', 'The name cannot be read'),
  broken: row(500, 'Hệ thống gặp sự cố', 'Something went wrong'),
  unavailable: row(503, 'Hệ thống chưa trả lời được lúc này', 'The service cannot answer at present'),

  'not-in-state': row(409, 'Đề nghị không còn ở tình trạng này', 'The request is no longer in this state'),
  'own-request': row(403, 'Không quyết định đề nghị của chính mình', 'Nobody decides their own request'),
  'acted-before': row(403, 'Mỗi người chỉ duyệt một bước của một đề nghị', 'Nobody takes two steps of one request'),
  'not-your-turn': row(403, 'Chưa đến lượt duyệt của tài khoản này', 'It is not this account’s turn'),
  'your-turn': row(409, 'Đã đến lượt duyệt của tài khoản này', 'It is this account’s turn already'),
  'changed-meanwhile': row(412, 'Nội dung vừa được sửa', 'It was changed meanwhile'),
  incomplete: row(422, 'Đề nghị chưa đủ thông tin', 'The request is not complete'),
  'not-yet': row(409, 'Chưa đến hạn', 'It is not due yet'),
  'unknown-request': row(404, 'Không có đề nghị này', 'There is no such request'),
  'too-many-comments': row(409, 'Đề nghị đã có đủ số ý kiến', 'The request has as many comments as it takes'),
  'not-your-unit': row(403, 'Không phải đơn vị của tài khoản này', 'It is not this account’s unit'),
  'not-your-mailbox': row(403, 'Không phải hộp thư của tài khoản này', 'It is not this account’s mailbox'),
  'unit-has-mailbox': row(409, 'Đơn vị đã có hộp thư đơn vị', 'The unit has its mailbox already'),
  'nothing-changes': row(409, 'Không có gì khác hiện nay', 'Nothing would be different'),
  'quota-not-larger': row(422, 'Dung lượng phải lớn hơn hiện nay', 'The size has to be larger than it is'),
  'holders-changed': row(
    409,
    'Người dùng hộp thư đã thay đổi từ khi gửi',
    'Its holders have changed since it was sent',
  ),
  'person-known': row(409, 'Có người trong đề nghị đã có hộp thư', 'Somebody in the request has a mailbox already'),
  'unknown-list': row(404, 'Không có danh sách thư này', 'There is no such list'),
  'unknown-member': row(422, 'Có người nhận không có hộp thư', 'A member has no mailbox'),
  'unknown-poster': row(422, 'Có người được gửi không có hộp thư', 'Somebody who may write has no mailbox'),
  'named-not-offered': row(422, 'Ở đây chưa giới hạn được theo tên người gửi', 'Named senders are not offered here'),
  'unit-closed': row(422, 'Đơn vị không còn hoạt động', 'The unit is closed'),
  'address-taken': row(409, 'Địa chỉ vừa có người khác dùng', 'The address has just been taken'),
  'not-proposed': row(422, 'Địa chỉ không theo mẫu đã quy định', 'The address is none that is proposed'),
  'unknown-account': row(404, 'Không có tài khoản này', 'There is no such account'),
  'already-activated': row(409, 'Hộp thư đã kích hoạt', 'The mailbox is activated already'),
  'no-contact-email': row(409, 'Không có email liên hệ', 'There is no contact e-mail'),
  'unknown-holder': row(422, 'Không có người giữ này', 'There is no such person to hold it'),
  'not-own-address': row(422, 'Không phải địa chỉ của tài khoản này', 'The address is none of this account'),
  'primary-address': row(409, 'Đây là địa chỉ chính', 'It is the primary address'),
  'not-allowed': row(422, 'Quy định không cho phép địa chỉ này', 'The policy does not allow this address'),
  'dead-link': row(410, 'Liên kết hoặc mã không còn dùng được', 'The link or code is dead'),
  'duplicate-person': row(409, 'Số định danh này đã có tài khoản', 'This identification number has an account'),
  'unknown-unit': row(404, 'Không có đơn vị này', 'There is no such unit'),
  'unknown-parent': row(422, 'Không có đơn vị cấp trên này', 'There is no such unit above'),
  'own-descendant': row(422, 'Đơn vị cấp trên nằm dưới chính đơn vị này', 'The unit above lies below this one'),
  'not-after-current': row(
    422,
    'Ngày hiệu lực phải sau ngày bắt đầu của bản hiện tại',
    'The day has to come after the start of the present version',
  ),
  'name-taken': row(409, 'Tên đã có ở đơn vị khác cùng cấp', 'A unit beside it bears this name'),
  'unknown-grant': row(404, 'Không có quyền này, hoặc đã thu', 'There is no such grant, or no longer'),
  'already-granted': row(409, 'Đã có quyền đó ở phạm vi này', 'The role is granted already'),
  'unit-needed': row(422, 'Quyền này cần một đơn vị', 'The role needs a unit'),
  'last-it-staff': row(409, 'Đây là quyền công nghệ thông tin cuối cùng', 'It is the last grant of IT staff'),
  'day-listed': row(409, 'Ngày này đã có trong lịch', 'The day is listed already'),
  'day-works-anyway': row(422, 'Ngày thường vốn là ngày làm việc', 'A weekday is worked on anyway'),
  'unknown-day': row(404, 'Ngày này không có trong lịch', 'The day is not listed'),
  'policy-changed-meanwhile': row(412, 'Quy định vừa được sửa', 'The policy was changed meanwhile'),
  'policy-unchanged': row(409, 'Quy định không có gì khác bản đang dùng', 'The policy is the one in force'),
  'wrong-state': row(409, 'Tài khoản không ở tình trạng cho phép việc này', 'The account is in no state for this'),
  'under-hold': row(409, 'Tài khoản đang được giữ theo yêu cầu pháp lý', 'The account is under legal hold'),
  'not-held': row(409, 'Tài khoản không bị giữ', 'The account is not under hold'),
  'not-archived': row(409, 'Chưa có bản lưu trữ đã kiểm tra', 'There is no verified archive yet'),
  'not-yet-due': row(409, 'Chưa đến ngày', 'Its day has not come'),
  'receives-nothing': row(409, 'Hộp thư không nhận thư nữa', 'The mailbox receives no more letters'),
  'merged-away': row(
    409,
    'Hồ sơ đã gộp, người này có tài khoản khác',
    'The person has another account: the record was merged',
  ),
  'unknown-person': row(404, 'Không có hồ sơ này', 'There is no such record'),
  'own-record': row(403, 'Không tự làm với hồ sơ của mình', 'Nobody does this to their own record'),
  'same-record': row(422, 'Là cùng một hồ sơ', 'It is the same record'),
  'merged-before': row(409, 'Một hồ sơ đã gộp vào hồ sơ khác', 'One of the records is part of another already'),
  'number-to-choose': row(422, 'Hai số khác nhau, cần chọn số đúng', 'The numbers differ: say which is right'),
  'number-unchanged': row(409, 'Đây là số đang ghi', 'It is the number on record'),
  'number-of-another': row(409, 'Số này là của hồ sơ khác', 'Another record has this number'),
  'other-in-service': row(
    409,
    'Giữ tài khoản đang dùng',
    'The account that would stay is out of use, the other in use',
  ),
  'ends-before-it-begins': row(422, 'Ngày hết phải sau ngày bắt đầu', 'It ends before it begins'),
  'nobodys-own': row(409, 'Hộp thư dùng chung không thuyên chuyển', 'A shared mailbox serves nowhere'),
  'same-unit': row(422, 'Đã ở đơn vị này', 'They serve there already'),
  'unknown-post': row(404, 'Không có vị trí này', 'There is no such post'),
  'no-sign-in': row(409, 'Tài khoản hiện không được đăng nhập', 'The account may not sign in now'),
  'own-account': row(403, 'Không tự làm với tài khoản của mình', 'Nobody does this to their own account'),
  'protected-account': row(
    403,
    'Tài khoản có quyền toàn tỉnh, chỉ công nghệ thông tin làm',
    'It is for IT staff alone',
  ),
  'letter-needed': row(422, 'Việc này cần số và ngày văn bản', 'It needs the official letter'),
  'wrong-day': row(422, 'Ngày có hiệu lực không phù hợp', 'The day does not fit'),
  'already-asked': row(409, 'Đã có đề nghị như vậy đang chờ', 'It was asked for already'),
  'unknown-change': row(404, 'Không có thay đổi này', 'There is no such change'),
  'change-ended': row(409, 'Thay đổi đã kết thúc', 'The change has ended'),
  'agreed-before': row(403, 'Mỗi người chỉ đồng ý một lần', 'Nobody agrees twice'),
  'own-change': row(403, 'Thay đổi của chính mình', 'It is about themselves'),
  'not-your-seat': row(403, 'Không phải chỗ của tài khoản này', 'It is not this account’s place'),
  'no-such-letter': row(404, 'Không có thư này, hoặc thư không hỏng', 'There is no such letter that failed'),
  'letter-erased': row(409, 'Nội dung thư đã xóa theo thời hạn', 'Its words were erased'),
  'unknown-deputy': row(404, 'Không có người duyệt thay này', 'There is no such deputy'),
  'own-deputy': row(422, 'Không tự duyệt thay mình', 'Nobody is their own deputy'),
  'no-seat': row(422, 'Người này không duyệt đề nghị', 'They decide about nothing'),
  'deputy-overlaps': row(409, 'Đã có người duyệt thay trong những ngày ấy', 'They have a deputy on some of these days'),
  'not-own-deputy': row(403, 'Chỉ người được thay hoặc công nghệ thông tin mới làm được', 'It is for them or IT staff'),
  'period-ends-first': row(422, 'Ngày cuối trước ngày đầu', 'It ends before it begins'),
  'period-past': row(422, 'Ngày đầu đã qua', 'It begins in the past'),
  'period-too-long': row(422, 'Nhiều nhất 90 ngày', 'It is longer than 90 days'),
  'period-far': row(422, 'Ngày đầu quá xa', 'It begins too far ahead'),
  'rule-stays': row(409, 'Quy trình chung không bỏ được', 'What holds everywhere stays'),
  'unknown-hold': row(404, 'Không có việc bị chặn này', 'There is no such plan'),
  'not-waiting': row(409, 'Việc này không chờ', 'The plan does not wait for this'),
  'own-ask': row(403, 'Người mở phải khác người đề nghị', 'Who releases must be somebody else'),
  held: row(409, 'Chốt an toàn đã chặn, cần hai người mở', 'The safety brake holds it; two people release it'),
  'unknown-finding': row(404, 'Không có điểm lệch này, hoặc đã hết', 'There is no such finding, or it is gone'),
  'nothing-to-do': row(409, 'Không điểm lệch nào dùng được việc này', 'None of the findings fits this'),
  'plan-started': row(409, 'Kế hoạch đã làm rồi', 'The plan was carried out already'),
  'plan-changed': row(409, 'Kế hoạch không còn như khi đề nghị', 'The plan is not what it was'),
  'limits-changed-meanwhile': row(412, 'Giới hạn vừa được sửa', 'The limits were changed meanwhile'),
  'limits-unchanged': row(409, 'Giới hạn không có gì khác', 'The limits are those in force'),
  'no-tombstone': row(404, 'Địa chỉ không chờ mở lại', 'The address does not wait for its release'),
  'release-asked': row(409, 'Đã có người đề nghị mở lại', 'Its release was asked for already'),
  'own-release': row(403, 'Người xác nhận phải khác người đề nghị', 'Who confirms must be somebody else'),
  'known-domain': row(409, 'Tên miền này đã có', 'The domain is known already'),
  'unknown-domain': row(404, 'Không có tên miền này', 'There is no such domain'),
} as const satisfies Record<ProblemKind, ProblemRow>

/** Every refusal as a problem type (RFC 9457); a new refusal does not compile without its row. */
export const PROBLEMS: Readonly<Record<ProblemKind, ProblemRow>> = ROWS

/** The URI of a problem type; it leads to where the type is explained. */
export const problemUri = (publicUrl: string, kind: ProblemKind): string => `${publicUrl}/tai-lieu-api/loi#${kind}`

/** A refusal on its way out of a request, with headers that belong to it. */
export class Problem extends Error {
  readonly refusal: ApiRefusal
  readonly headers: Readonly<Record<string, string>>
  constructor(refusal: ApiRefusal, headers: Readonly<Record<string, string>> = {}) {
    super(refusal.kind)
    this.name = 'Problem'
    this.refusal = refusal
    this.headers = headers
  }
}

/** The problem document (RFC 9457) of a refusal: its facts are members beside the standard ones. */
export function problemOf(publicUrl: string, refusal: ApiRefusal, lang: Language) {
  const { kind, ...facts } = refusal
  const { status, title } = PROBLEMS[kind]
  return { type: problemUri(publicUrl, kind), title: title[lang], status, ...facts }
}
