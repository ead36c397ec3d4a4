// Plain JavaScript for the machine's own Node (20 or later): installs what is missing, generates the Prisma client and
// hands over to the Node 24 of this project, under which TypeScript runs as it is.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const at = (...parts) => join(root, ...parts)

function run(command, args, env = {}) {
  const done = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  })
  if (done.status !== 0) {
    console.error(`${command} ${args.join(' ')} failed; see above.`)
    process.exit(done.status ?? 1)
  }
}

const newer = (a, b) => !existsSync(b) || statSync(a).mtimeMs > statSync(b).mtimeMs + 1000
const installed = at('node_modules', '.package-lock.json')
if (!existsSync(at('node_modules', '.bin', 'node')) || newer(at('package-lock.json'), installed)) {
  console.error('Installing packages (npm ci) …')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
}

const node = at('node_modules', '.bin', 'node')
const schema = readFileSync(at('prisma', 'schema.prisma'))
const hash = createHash('sha256').update(schema).digest('hex')
const stamp = at('src', 'db', 'generated', '.schema')
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) {
  // The generator needs no engine, but wants to see an executable where it would download one.
  run(node, [at('node_modules', 'prisma', 'build', 'index.js'), 'generate'], {
    PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
  })
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, hash)
}

const [script, ...args] = process.argv.slice(2)
if (script) {
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', at(script), ...args], {
    cwd: process.cwd(),
    stdio: 'inherit',
    // What was compiled once starts in half the time; the processes that it starts share it.
    env: { NODE_COMPILE_CACHE: at('node_modules', '.cache', 'node'), ...process.env },
  })
  // The child decides when to end: a terminal's Ctrl-C reaches both, and the child shuts down in order.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}
