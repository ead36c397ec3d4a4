#!/usr/bin/env node
import { userInfo } from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import { cliActor, permit, ROLES, type Action, type Permit } from '../access/policy.ts'
import { migrate, migrationState } from '../db/migrate.ts'
import { EmailAddress, LocalPart } from '../kernel/email-address.ts'
import { UnitId } from '../kernel/ids.ts'
import { parsePersonName } from '../kernel/person-name.ts'
import { compose, type Services } from './compose.ts'
import { ConfigFault, readConfig } from './config.ts'
import { doctor } from './doctor.ts'
import { importCommand } from './import-command.ts'
import { logger } from './log.ts'
import { addAdopt } from './adopt-command.ts'
import { addReconcile } from './reconcile-command.ts'
import { work } from './work.ts'

/** What the command line says when it cannot go on; no stack trace. */
class Failure extends Error {}

const actor = cliActor(userInfo().username)
function allow<A extends Action>(action: A): Permit<A> {
  const decision = permit(actor, action)
  if (!decision.ok) throw new Failure(`The command line may not ${action}`)
  return decision.value
}

/** Runs with all services, and closes them again. */
async function withServices(work: (services: Services) => Promise<number>): Promise<void> {
  const config = readConfig()
  const services = compose(config, logger('warn'), {
    connections: 4,
  })
  try {
    process.exitCode = await work(services)
  } finally {
    await services.close()
  }
}

/** Starts a service that goes on until it is told to end. */
async function lasting(
  start: (services: Services) => Promise<{ stop(): Promise<void> }>,
  patienceMs: number,
): Promise<void> {
  const config = readConfig()
  const services = compose(config, logger(config.logLevel), { connections: 20, patienceMs })
  const state = await migrationState(services.database.pool)
  if (!state.ok) throw new Failure(`The database does not fit this version: ${state.detail}`)
  // Listened for before the start, so that a service told to end in its first moment ends in order too.
  const signal = new Promise<string>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve(name))
  })
  const running = await start(services)
  services.log.info({ signal: await signal }, 'Stopping')
  await running.stop()
  await services.close()
}

const print = (json: boolean, value: unknown, text: string) =>
  process.stdout.write(`${json ? JSON.stringify(value) : text}\n`)
const parseWith =
  <T>(schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } }, what: string) =>
  (value: string): T => {
    const parsed = schema.safeParse(value)
    if (!parsed.success) throw new InvalidArgumentError(`not ${what}`)
    return parsed.data
  }

const program = new Command('congvu')
  .description('Official mailboxes of a province. Settings are environment variables; .env.example names them all.')
  .showHelpAfterError()

program
  .command('migrate')
  .description('bring the database to this version; safe to run twice or at once')
  .option('--json')
  .action(async ({ json = false }: { json?: boolean }) => {
    const applied = await migrate(readConfig().databaseUrl)
    print(json, { applied }, applied.length > 0 ? `Applied: ${applied.join(', ')}` : 'Nothing to do')
  })

program
  .command('bootstrap')
  .description('make the first IT staff account of an empty installation and print its activation link')
  .requiredOption('--name <full name>', 'such as "Lê Đức Thắng"')
  .requiredOption(
    '--address <local part>',
    'the part before @, such as leducthang',
    parseWith(LocalPart, 'a local part: a–z, 0–9, dots'),
  )
  .requiredOption('--contact <e-mail>', 'a private address for news', parseWith(EmailAddress, 'an e-mail address'))
  .option('--province <name>', 'name of the topmost unit', 'Ủy ban nhân dân tỉnh Quảng Ninh')
  .option('--operator <name>', 'name of the unit that runs Congvu', 'Trung tâm Chuyển đổi số')
  .option('--json')
  .action(
    (options: {
      name: string
      address: LocalPart
      contact: EmailAddress
      province: string
      operator: string
      json?: boolean
    }) =>
      withServices(async ({ bootstrap, config }) => {
        const name = parsePersonName(options.name)
        if (!name.ok) throw new Failure(`--name: ${name.refusal.kind}`)
        const made = await bootstrap(allow('account.bootstrap'), {
          name: name.value,
          local: options.address,
          contactEmail: options.contact,
          province: options.province,
          operator: options.operator,
        })
        if (!made.ok)
          throw new Failure(
            made.refusal.kind === 'not-empty'
              ? 'There are accounts already; grant the role with: congvu role grant <address> it-staff'
              : made.refusal.kind,
          )
        const link = `${config.web.publicUrl}/kich-hoat/${made.value.secret}`
        print(
          options.json ?? false,
          { link, expiresAt: made.value.expiresAt },
          `The account is issued; the worker makes it (congvu work). Once, until ${made.value.expiresAt.toISOString()}, choose its password at:\n${link}`,
        )
        return 0
      }),
  )

program
  .command('serve')
  .description('run the web service')
  // A person waits for a page; a worker's batch may take its time.
  .action(async () => {
    // Only here: the pages are a third of the program, and no other command needs them.
    const { serve } = await import('./serve.ts')
    await lasting(serve, 12_000)
  })

program
  .command('work')
  .description('run a worker: provisioning, letters, housekeeping; several may run at once')
  .action(() => lasting(work, 90_000))

program
  .command('doctor')
  .description('check database, migrations, directory, mail server, versions and clock; exit 1 when something is wrong')
  .option('--json')
  .action(({ json = false }: { json?: boolean }) =>
    withServices(async (services) => {
      const findings = await doctor(services)
      const lines = findings.map(
        ({ check, ok, detail, remedy }) =>
          `${ok ? 'ok   ' : 'FAULT'}  ${check}: ${detail}${remedy !== undefined && !ok ? `\n         → ${remedy}` : ''}`,
      )
      print(json, findings, lines.join('\n'))
      return findings.every(({ ok }) => ok) ? 0 : 1
    }),
  )

const role = program.command('role').description('who holds which role; works while the directory is down')
role
  .command('grant')
  .argument('<holder>', 'address, its local part, or account number')
  .argument('<role>', ROLES.join(', '))
  .option('--unit <number>', "the unit's number, for unit-admin", Number)
  .action((holder: string, name: string, { unit }: { unit?: number }) =>
    withServices(async ({ roles, database }) => {
      const asked = ROLES.find((each) => each === name)
      if (asked === undefined) throw new Failure(`Unknown role ${name}; there are ${ROLES.join(', ')}`)
      const found =
        unit === undefined || Number.isNaN(unit)
          ? null
          : await database.prisma.unit.findUnique({ where: { number: unit } })
      if (unit !== undefined && found === null) throw new Failure(`There is no unit number ${unit}`)
      const granted = await roles.grant(allow('role.change'), {
        holder,
        role: asked,
        unitId: found ? UnitId.parse(found.id) : null,
      })
      if (!granted.ok) throw new Failure(explainRole(granted.refusal.kind))
      print(false, null, `${granted.value.fullName} now holds ${asked}`)
      return 0
    }),
  )
role
  .command('revoke')
  .argument('<id>', 'as `congvu role list` shows it')
  .action((id: string) =>
    withServices(async ({ roles }) => {
      const revoked = await roles.revoke(allow('role.change'), id)
      if (!revoked.ok) throw new Failure(explainRole(revoked.refusal.kind))
      print(false, null, 'Revoked')
      return 0
    }),
  )
role
  .command('list')
  .option('--json')
  .action(({ json = false }: { json?: boolean }) =>
    withServices(async ({ roles }) => {
      const held = await roles.list(allow('role.read'))
      const lines = held.map(({ id, role: name, fullName, address, unitName }) =>
        [id, name, address, fullName, unitName ?? ''].join('\t'),
      )
      print(json, held, lines.length > 0 ? lines.join('\n') : 'Nobody holds a role; see: congvu bootstrap --help')
      return 0
    }),
  )

const explainRole = (kind: string): string =>
  ({
    'unknown-account': 'There is no such account',
    'unknown-unit': 'There is no such unit',
    'unknown-grant': 'There is no such assignment in force; see: congvu role list',
    'already-granted': 'Held already',
    'unit-needed': 'A unit administrator needs a unit: --unit <number>',
    'last-it-staff': 'This is the last IT staff assignment; grant it to somebody else first',
  })[kind] ?? kind

program
  .command('sync')
  .description('compare everything with the targets again and repair it: after a directory or mail store was lost')
  .requiredOption('--all', 'every account and group')
  .option('--target <target>', 'directory or mail; otherwise both')
  .action(({ target }: { target?: string }) =>
    withServices(async ({ sync }) => {
      if (target !== undefined && target !== 'directory' && target !== 'mail')
        throw new Failure('--target is directory or mail')
      const rows = await sync.repairAll(allow('sync.change'), target ?? null)
      print(
        false,
        null,
        `${rows} rows are due; the worker compares and repairs them (see the board, or: congvu doctor)`,
      )
      return 0
    }),
  )

importCommand(program, { withServices, allow, failure: (message) => new Failure(message) })
addReconcile(program, { withServices, allow, print, Failure })
addAdopt(program, { withServices, allow, print, Failure })

const audit = program.command('audit').description('the audit log')
audit
  .command('verify')
  .description('follow the chain of entries; exit 1 when an entry was changed, removed or cut')
  .option('--anchor <seq:mac>', 'a head noted earlier outside the database')
  .option('--json')
  .action(({ anchor, json = false }: { anchor?: string; json?: boolean }) =>
    withServices(async ({ audit: log }) => {
      const noted = /^(\d+):([\w-]+)$/.exec(anchor ?? '')
      if (anchor !== undefined && !noted) throw new Failure('--anchor is <seq>:<mac>')
      const result = await log.verify(
        allow('audit.read'),
        noted ? { seq: Number(noted[1]), mac: noted[2] ?? '' } : null,
      )
      const { broken, entries, head } = result
      print(
        json,
        result,
        broken
          ? `BROKEN at entry ${broken.seq}: ${broken.kind}. Change nothing; tell the security officer.`
          : `Whole: ${entries} entries; head ${head.seq}:${head.mac}`,
      )
      return broken ? 1 : 0
    }),
  )

try {
  await program.parseAsync()
} catch (error) {
  const expected = error instanceof Failure || error instanceof ConfigFault
  process.stderr.write(
    `${expected ? error.message : `congvu: ${error instanceof Error ? error.message : String(error)}`}\n`,
  )
  process.exitCode = 2
}
// Everything is closed by now. Prisma's migration engine leaves a timer behind that would hold us for ten seconds.
process.exit()
