import type { Command } from 'commander'
import type { Action, Permit } from '../access/policy.ts'
import { localPartOf } from '../kernel/email-address.ts'
import { UnitId } from '../kernel/ids.ts'
import { FINDING_KINDS, type Found } from '../reconcile/compare.ts'
import { sumOf, type Finding, type Run, type Scope } from '../reconcile/finding.ts'
import { reconcileEn } from '../web/words/reconcile.en.ts'
import { doubtText } from '../web/words/reconcile-sayings.ts'
import type { Services } from './compose.ts'

/** What the command line lends to a command. */
export type Tools = {
  readonly withServices: (work: (services: Services) => Promise<number>) => Promise<void>
  readonly allow: <A extends Action>(action: A) => Permit<A>
  readonly print: (json: boolean, value: unknown, text: string) => void
  readonly Failure: new (message: string) => Error
}
type Options = { unit?: number; account?: string; repair?: boolean; believe?: string; json?: boolean }

/** Ends with 0 when nothing differs, 1 when something does, 3 when it cannot tell or a repair is held by the brake. */
const EXIT = { well: 0, findings: 1, cannotTell: 3 } as const
const SHOWN = 10_000

/** `congvu reconcile`: compares what should exist with what does, and makes what differs due. */
export function addReconcile(program: Command, tools: Tools): void {
  program
    .command('reconcile')
    .description(
      'compare the database with directory and mail server; exit 1 when something differs, 3 when it cannot tell',
    )
    .option('--unit <number>', 'only a unit with all below it', Number)
    .option('--account <who>', 'only one account: address, its local part, or number')
    .option('--repair', 'make what differs due, under the safety brake; a worker repairs it')
    .option('--believe <why>', 'take a reading for a fact although it is small or old, and say why')
    .option('--json')
    .action((options: Options) => tools.withServices((services) => reconcile(services, options, tools)))
}

async function reconcile(services: Services, options: Options, tools: Tools): Promise<number> {
  const { json = false, believe = null } = options
  const scope = await scopeOf(services, options, tools)
  const run = await services.reconcile.runs.now(tools.allow('reconcile.change'), scope, believe)
  if (run === null) throw new tools.Failure('Another comparison is under way; see the page, or try again later')
  if (run.state !== 'done') {
    const why = run.doubt ? doubtText(reconcileEn.doubts, 'en', run.doubt) : 'The comparison was cut short.'
    tools.print(json, { run, findings: [] }, `CANNOT TELL: ${why}`)
    return EXIT.cannotTell
  }
  const findings = await found(services, run, tools)
  const repaired = options.repair ? await repair(services, findings, tools) : null
  const lines = [summary(run), ...findings.map(line), ...(repaired === null ? [] : [repaired.text])]
  tools.print(json, { run, findings, ...(repaired && { repair: repaired.outcome }) }, lines.join('\n'))
  if (repaired?.outcome === 'held') return EXIT.cannotTell
  return findings.length === 0 ? EXIT.well : EXIT.findings
}

async function scopeOf({ database, units }: Services, { unit, account }: Options, tools: Tools): Promise<Scope> {
  const { prisma } = database
  if (unit !== undefined) {
    const row = Number.isInteger(unit) ? await prisma.unit.findUnique({ where: { number: unit } }) : null
    if (row === null) throw new tools.Failure(`There is no unit number ${unit}`)
    const id = UnitId.parse(row.id)
    return { kind: 'unit', id, name: (await units.find(id))?.name ?? String(unit) }
  }
  if (account === undefined) return { kind: 'all' }
  const local = account.includes('@') ? localPartOf(account) : account
  const held = await prisma.address.findFirst({ where: { local, holderKind: 'account' }, select: { holderId: true } })
  const row = await prisma.account.findFirst({
    where: held === null ? { login: account } : { id: held.holderId },
    select: { id: true, displayName: true },
  })
  if (row === null) throw new tools.Failure(`There is no account ${account}`)
  return { kind: 'account', id: row.id, name: row.displayName }
}

/** What is open of what this run looked at. */
async function found({ reconcile }: Services, run: Run, tools: Tools): Promise<Finding[]> {
  const permit = tools.allow('reconcile.read')
  const { scope } = run
  if (scope.kind === 'account') return reconcile.about(permit, 'account', scope.id)
  const filter = { kind: null, target: null, state: null, unit: null, q: '', run: null } as const
  const { findings } = await reconcile.findings(permit, filter, { limit: SHOWN, offset: 0 })
  return findings.filter(({ lastAt }) => run.endedAt !== null && lastAt >= run.endedAt)
}

async function repair(
  { reconcile }: Services,
  findings: readonly Finding[],
  tools: Tools,
): Promise<{ outcome: 'due' | 'held' | 'nothing'; text: string }> {
  const permit = tools.allow('reconcile.change')
  const made = await reconcile.plans.make(
    permit,
    'repair',
    findings.map(({ id }) => id),
  )
  if (!made.ok) return { outcome: 'nothing', text: 'Nothing of it can be repaired; somebody must decide.' }
  const started = await reconcile.plans.start(permit, made.value)
  if (started.ok)
    return { outcome: 'due', text: `${started.value.findings} findings are due; the worker repairs them.` }
  if (started.refusal.kind === 'held')
    return { outcome: 'held', text: 'HELD by the safety brake: two people release it on the page “Chốt an toàn”.' }
  throw new tools.Failure(`The findings have changed meanwhile (${started.refusal.kind}); run it again`)
}

const summary = ({ read, expected, inFlight, homes, counts }: Run): string =>
  [
    `${sumOf(counts)} findings`,
    `${read} entries read, ${expected} should be there`,
    ...(homes === null ? [] : [`${homes} homes on the mail server`]),
    ...(inFlight > 0 ? [`${inFlight} on their way`] : []),
    ...FINDING_KINDS.filter((kind) => counts[kind] > 0).map((kind) => `${reconcileEn.kinds[kind]}: ${counts[kind]}`),
  ].join(' · ')

const line = (found: Found): string =>
  [
    found.target,
    found.kind,
    found.login ?? found.dn ?? '',
    found.name,
    ...found.differences.map(({ attribute }) => attribute),
  ]
    .filter(Boolean)
    .join('\t')
