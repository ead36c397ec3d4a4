import { readFileSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { UnitId } from '../kernel/ids.ts'
import type { Adoption } from '../reconcile/adoptions.ts'
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

/** Ends with 0 when nothing is left for a person, 1 when entries are to be looked at, 3 when the server lacks what it takes. */
const EXIT = { well: 0, review: 1, lacking: 3 } as const
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
  if (!options.carryOut) return told(await adoptions.preview(tools.allow('reconcile.read'), asked), options, tools)
  const done = await adoptions.carryOut(tools.allow('reconcile.change'), asked, (n, of) => {
    if (!json && process.stderr.isTTY) process.stderr.write(`\r${n} of ${of} taken over`)
  })
  if (done.ok) return told(done.value, options, tools)
  const { what } = done.refusal
  tools.print(json, { lacking: what }, what.map((name) => `NOT POSSIBLE on this server: ${LACKING[name]}`).join('\n'))
  return EXIT.lacking
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
  const lacking = (['schema', 'identifiers'] as const).filter((name) => !capabilities[name])
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

function mappingOf({ preset, mapping }: Options, tools: Tools): Mapping {
  const known = PRESET_NAMES.find((name) => name === preset)
  if (known === undefined) throw new tools.Failure(`--preset is one of: ${PRESET_NAMES.join(', ')}`)
  return mapping === undefined ? presetOf(known) : ownMapping(known, mapping, tools)
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
