import { z } from 'zod'
import { fold } from '../kernel/text.ts'

/** Acts for which the policy may ask for an official letter, or for a second person to agree. */
export const POLICY_ACTS = ['suspend', 'return', 'go-on-leave', 'leave', 'transfer', 'second-post', 'recover'] as const
export type PolicyAct = (typeof POLICY_ACTS)[number]
/** Those for which it is the policy's to say; the others always take two. */
export const SECOND_ACTS = [
  'suspend',
  'return',
  'go-on-leave',
  'leave',
  'recover',
] as const satisfies readonly PolicyAct[]
/** What becomes of accounts that nobody has confirmed when a review closes. */
export const UNANSWERED = ['report', 'suspend'] as const

const Days = (max: number) => z.int('number').min(1, 'number').max(max, 'number')
const Months = z.int('number').min(0, 'number').max(120, 'number')
const Acts = z.array(z.enum(POLICY_ACTS)).transform((acts) => POLICY_ACTS.filter((act) => acts.includes(act)))

/** The terms and switches of an account's life, which the province decides; days and months by the calendar. */
export const LifePolicy = z
  .strictObject({
    /** Hours that an activation link or slip, or one that resets a password, is good for. */
    activationHours: z.int('number').min(1, 'number').max(720, 'number'),
    /** Days without a sign-in after which people are warned, may no longer sign in, and are listed for recall. */
    idleWarnDays: Days(3_650),
    idleLockDays: Days(3_650),
    idleReviewDays: Days(3_650),
    /** Months that the mailbox of somebody who has left is kept; of leaders, known by how their title begins. */
    keepMonths: Months,
    leaderKeepMonths: Months,
    leaderTitles: z.array(z.string().trim().min(2, 'title').max(120, 'title')).max(100, 'title'),
    /** Days before somebody's last day on which they are told what will happen when; 0: on the day alone. */
    noticeDays: z.int('number').min(0, 'number').max(90, 'number').default(14),
    /** Days between the verified archive and the deletion of the mailbox. */
    archivedDays: Days(3_650),
    /** Days after deletion in which IT staff can bring a mailbox back. */
    recoverDays: Days(3_650),
    signInOnLeave: z.boolean(),
    receiveSuspended: z.boolean(),
    receiveKept: z.boolean(),
    letters: Acts,
    seconds: Acts,
    /** Months in which a review of every unit's list opens, the days to answer, and what becomes of what nobody answers. */
    reviewMonths: z.array(z.int('month').min(1, 'month').max(12, 'month')).max(12, 'month'),
    reviewDays: Days(180),
    reviewUnanswered: z.enum(UNANSWERED),
  })
  .refine((policy) => policy.idleWarnDays < policy.idleLockDays, { path: ['idleLockDays'], error: 'order' })
  .refine((policy) => policy.idleLockDays <= policy.idleReviewDays, { path: ['idleReviewDays'], error: 'order' })
export type LifePolicy = z.infer<typeof LifePolicy>

/** What the product begins with; where it comes from stands in the administrator's guide. */
export const DEFAULT_LIFE: LifePolicy = {
  activationHours: 72,
  idleWarnDays: 30,
  idleLockDays: 45,
  idleReviewDays: 90,
  keepMonths: 6,
  leaderKeepMonths: 12,
  leaderTitles: [
    ...['Bí thư', 'Phó Bí thư', 'Chủ tịch', 'Phó Chủ tịch', 'Giám đốc', 'Phó Giám đốc', 'Chánh Văn phòng'],
    ...['Phó Chánh Văn phòng', 'Chánh Thanh tra', 'Phó Chánh Thanh tra', 'Trưởng ban', 'Phó Trưởng ban'],
    ...['Chi cục trưởng', 'Phó Chi cục trưởng', 'Trưởng phòng', 'Phó Trưởng phòng'],
  ],
  noticeDays: 14,
  archivedDays: 7,
  recoverDays: 90,
  signInOnLeave: true,
  receiveSuspended: true,
  receiveKept: true,
  letters: ['leave', 'transfer'],
  seconds: [],
  reviewMonths: [6, 12],
  reviewDays: 21,
  reviewUnanswered: 'report',
}

/** Whether a title is a leader's: it begins with the words of one, without regard to accents and case. */
export function isLeader(policy: Pick<LifePolicy, 'leaderTitles'>, title: string | null): boolean {
  const words = ` ${fold(title ?? '')} `
  return policy.leaderTitles.some((leader) => words.startsWith(` ${fold(leader)} `))
}

/** Months that the mailbox of somebody with this title is kept after they have left. */
export const keepMonthsFor = (policy: LifePolicy, title: string | null): number =>
  isLeader(policy, title) ? policy.leaderKeepMonths : policy.keepMonths
