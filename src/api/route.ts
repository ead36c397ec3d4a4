import { z } from 'zod'
import type { Bearer } from '../access/access-tokens.ts'
import type { Action, Permit } from '../access/policy.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { Language } from '../letters/letter.ts'
import type { TakenFile } from './body.ts'
import type { Cursors } from './cursors.ts'
import type { ApiRefusal, ProblemKind, Said } from './problem.ts'

export type Method = 'get' | 'post' | 'put' | 'delete'
/** The groups of the documentation, in its order. */
export const TAGS = {
  me: { vi: 'Người dùng mã', en: 'The token’s owner' },
  units: { vi: 'Đơn vị', en: 'Units' },
  requests: { vi: 'Đề nghị', en: 'Requests' },
  accounts: { vi: 'Tài khoản', en: 'Accounts' },
  life: { vi: 'Vòng đời tài khoản', en: 'Life of accounts' },
  lists: { vi: 'Danh sách thư', en: 'Distribution lists' },
  addresses: { vi: 'Địa chỉ và tên miền', en: 'Addresses and domains' },
  policies: { vi: 'Quy định', en: 'Policies' },
  letters: { vi: 'Thư của hệ thống', en: 'Letters' },
  roles: { vi: 'Phân quyền', en: 'Roles' },
  sync: { vi: 'Việc còn dở', en: 'Unfinished work' },
  reconcile: { vi: 'Đối soát', en: 'Reconciliation' },
  brake: { vi: 'Chốt an toàn', en: 'Safety brake' },
  holidays: { vi: 'Ngày nghỉ', en: 'Days off' },
  audit: { vi: 'Nhật ký', en: 'Audit log' },
} as const satisfies Record<string, Said>
export type Tag = keyof typeof TAGS

/** Who asks, and what they may: both their role and the token's scopes have a say. */
export type Desk = {
  readonly bearer: Bearer
  readonly lang: Language
  readonly cursors: Cursors
  /** Throws a Problem when the role or the token does not reach so far. */
  permit<A extends Action>(action: A): Permit<A>
  /** Whether they reach so far. */
  may(action: Action): boolean
}
/** A request as it came. */
export type Raw = { readonly params: unknown; readonly query: unknown; readonly body: unknown }
/** What is answered, as it goes over the wire. */
export type Reply = { readonly body: unknown; readonly location: string | null; readonly next: string | null }

/** A request that was understood. `check` judges the present state of what it would change, before it does. */
export type Prepared = {
  run(check: (present: unknown) => ApiRefusal | null): Promise<Decision<Reply, ApiRefusal>>
}

/** What the documentation tells of a route. */
export type RouteDocs = {
  /** The operation's name, for generated clients. */
  readonly id: string
  readonly method: Method
  /** Below `/api/v1`, with `:name` for what varies. */
  readonly path: string
  readonly tag: Tag
  readonly action: Action
  /** Other actions that it needs a permit for. */
  readonly also: readonly Action[]
  readonly summary: Said
  readonly description: Said | null
  readonly params: z.ZodType
  readonly query: z.ZodType
  readonly body: z.ZodType | null
  /** Where the body is a file: of which type, and how large at most. */
  readonly takes: TakenFile | null
  /** Where the answer is a file. */
  readonly gives: 'application/pdf' | null
  readonly example: unknown
  readonly status: 200 | 201 | 202 | 204
  readonly answer: z.ZodType | null
  /** What it may refuse with, beside what every route may. */
  readonly problems: readonly ProblemKind[]
  /** Whether the change asks for `If-Match`. */
  readonly matched: boolean
  readonly paged: boolean
  /** Whether the answer tells where what was made is read. */
  readonly located: boolean
  /** Whether the answer is what is read at its place, and so bears the ETag that a change compares with `If-Match`. */
  readonly tagged: boolean
}
export type ApiRoute = RouteDocs & { prepare(desk: Desk, raw: Raw): Decision<Prepared, ApiRefusal> }

/** Something that is read alone, and changed by who has read it. */
export type Resource<P, V> = {
  readonly answer: z.ZodType<V>
  /** Null when there is none within reach. */
  readonly read: (desk: Desk, params: P) => Promise<V | null>
}
export const resource = <P, V>(
  answer: z.ZodType<V>,
  read: (desk: Desk, params: P) => Promise<V | null>,
): Resource<P, V> => ({ answer, read })

/** A view that may be missing, as an answer. */
export const found = <T>(view: T | null): Decision<T, ApiRefusal> =>
  view === null ? refuse({ kind: 'not-found' }) : accept(view)
