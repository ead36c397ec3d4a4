import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Command } from 'commander'
import { UnitId } from '../kernel/ids.ts'
import type { AdoptionRecord } from '../reconcile/adoption-plan-store.ts'
import { lackingOf, type Adoption } from '../reconcile/adoptions.ts'
import { Mapping, PRESET_NAMES, presetOf, type Preset } from '../reconcile/mapping.ts'
import type { Services } from './compose.ts'
import type { Tools } from './reconcile-command.ts'

type Options = {
  preset: string
  mapping?: string
  base?: string
  unit?: number
  carryOut?: boolean
  list?: string
  json?: boolean
}

/** Ends with 0 when nothing is left for a person, 1 when entries are to be looked at, 3 when it is not done: the server lacks something, cannot be read, or the brake holds it. */
const EXIT = { well: 0, review: 1, undone: 3 } as const
const PAUSE_MS = 500
const LACKING = {
  schema: 'its schema has no congvuMailAccount: load deploy/openldap/congvu.ldif (or its like) first',
  identifiers: 'it shows no entryUUID, by which entries are known: switch its plug-in on first',
} as const

/** `congvu adopt`: takes over the people of a directory that was there before. */
export function addAdopt(program: Command, tools: Tools): void {
  program
    .command('adopt')
    .description(
      'take over a directory that has people in it; a dry run unless --carry-out; exit 1 when entries need a person, 3 when the server lacks something',
    )
    .option('--preset <name>', `how entries are read: ${PRESET_NAMES.join(', ')}`, 'inetOrgPerson')
    .option('--mapping <file>', 'the same as JSON of your own; what it does not name is as in the preset')
    .option('--base <dn>', 'only below this entry')
    .option('--unit <number>', 'the unit of entries that name none', Number)
    .option('--carry-out', 'do it, as the dry run showed')
    .option('--list <file>', 'write every entry with its outcome into a file, tab-separated')
    .option('--json')
    .action((options: Options) => tools.withServices((services) => adopt(services, options, tools)))
}

async function adopt(services: Services, options: Options, tools: Tools): Promise<number> {
  const { json = false } = options
  const asked = {
    ...{ mapping: mappingOf(options, tools), base: options.base ?? null },
    unitId: options.unit === undefined ? null : await unitOf(services, options.unit, tools),
  }
  const { adoptions } = services
  const seen = await adoptions.preview(tools.allow('reconcile.read'), asked)
  if (!options.carryOut) return told(seen, options, tools)
  const preset = presetNamed(options, tools)
  const id = await adoptions.ask(tools.allow('reconcile.change'), { ...asked, preset })
  const { hash } = await worked(services, id, tools)
  const started = await adoptions.start(tools.allow('reconcile.change'), id, hash ?? '')
  if (started.ok || started.refusal.kind === 'nothing-to-take') {
    if (started.ok) await worked(services, id, tools)
    return told(seen, options, tools)
  }
  const { refusal } = started
  if (refusal.kind === 'held') {
    const where = `two people release it on the page /chot-an-toan/${refusal.holdId}, and a worker goes on`
    tools.print(json, { held: refusal.holdId, counts: seen.counts }, `HELD by the safety brake: ${where}.`)
    return EXIT.undone
  }
  if (refusal.kind !== 'lacking') throw new tools.Failure(`The directory has changed meanwhile; run it again`)
  const { what } = refusal
  tools.print(json, { lacking: what }, what.map((name) => `NOT POSSIBLE on this server: ${LACKING[name]}`).join('\n'))
  return EXIT.undone
}

/** Read, or carried out, by this process or by a worker that is at it. */
async function worked({ adoptions, adopter }: Services, id: string, tools: Tools): Promise<AdoptionRecord> {
  for (;;) {
    await adopter.work()
    const record = await adoptions.read(tools.allow('reconcile.read'), id)
    if (record === null) throw new tools.Failure('The adoption is not there any more')
    if (record.state === 'faulty') throw new tools.Failure(`The directory could not be read: ${record.fault ?? ''}`)
    if (record.state === 'preview' || record.state === 'done') return record
    await pause(PAUSE_MS)
  }
}

function told(adoption: Adoption, options: Options, tools: Tools): number {
  const { capabilities, counts, entries } = adoption
  const row = ({ dn, name, outcome }: Adoption['entries'][number]) => [
    outcome.kind,
    outcome.kind === 'review' ? outcome.why : '',
    'account' in outcome ? (outcome.account ?? '') : '',
    dn,
    name,
  ]
  if (options.list !== undefined)
    writeFileSync(options.list, `${entries.map((entry) => row(entry).join('\t')).join('\n')}\n`, { mode: 0o600 })
  const reviews = Object.entries(counts.review)
  const lacking = lackingOf(capabilities)
  tools.print(
    options.json ?? false,
    { capabilities, counts, carriedOut: options.carryOut ?? false },
    [
      `${capabilities.vendor}: ${capabilities.pagedResults ? 'pages' : 'no pages'}, ${capabilities.transactions ? 'transactions' : 'no transactions'}`,
      ...lacking.map((name) => `LACKING: ${LACKING[name]}`),
      `${counts.read} entries: ${counts.known} managed already, ${counts.new} new accounts, ${counts.link} of existing accounts`,
      ...reviews.map(([why, n]) => `  to be looked at, ${why}: ${n}`),
      options.carryOut
        ? 'Taken over; the worker writes into the entries.'
        : 'Nothing was changed; add --carry-out to do it.',
    ].join('\n'),
  )
  return reviews.length === 0 ? EXIT.well : EXIT.review
}

function presetNamed({ preset }: Options, tools: Tools): Preset {
  const known = PRESET_NAMES.find((name) => name === preset)
  if (known === undefined) throw new tools.Failure(`--preset is one of: ${PRESET_NAMES.join(', ')}`)
  return known
}

function mappingOf(options: Options, tools: Tools): Mapping {
  const known = presetNamed(options, tools)
  return options.mapping === undefined ? presetOf(known) : ownMapping(known, options.mapping, tools)
}

function ownMapping(preset: Preset, file: string, tools: Tools): Mapping {
  let own: unknown
  try {
    own = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new tools.Failure(`${file} cannot be read: ${(error as Error).message}`)
  }
  const parsed = Mapping.safeParse({ ...presetOf(preset), ...(own as object) })
  if (parsed.success) return parsed.data
  throw new tools.Failure(
    `${file}: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
  )
}

async function unitOf({ database }: Services, number: number, tools: Tools): Promise<UnitId> {
  const row = Number.isInteger(number) ? await database.prisma.unit.findUnique({ where: { number } }) : null
  if (row === null) throw new tools.Failure(`There is no unit number ${number}`)
  return UnitId.parse(row.id)
}
