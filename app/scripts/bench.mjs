// `npm run bench -- [--json] [--write PAGE]`: how fast the built page is, as a table, as JSON, or put into a page.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, write: { type: 'string' }, runs: { type: 'string' } },
});

/** What the bench of the page writes stands between these lines, as that of every other bench. */
const [BEGIN, END] = ['<!-- `cargo xtask bench page --write` writes what follows. -->', '<!-- Up to here. -->'];

const load = () => Number(loadavg()[0].toFixed(1));
const before = load();
const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
const file = join(folder, 'figures.json');
const env = {
  ...process.env,
  LATCHKEY_BENCH_FIGURES: file,
  ...(values.runs ? { LATCHKEY_BENCH_RUNS: values.runs } : {}),
};
const { status } = spawnSync('npx', ['playwright', 'test', '-c', 'playwright.bench.config.ts'], {
  env,
  // The figures alone go to the output.
  stdio: ['ignore', process.stderr, process.stderr],
});
if (status !== 0) process.exit(status ?? 1);
const figures = JSON.parse(readFileSync(file, 'utf8'));
rmSync(folder, { recursive: true });
const after = load();

const seconds = ({ median, worst }) => [median, worst].map((ms) => (ms / 1_000).toFixed(2));
const columns = [
  ['processor', (row) => (row.cpu === 1 ? 'as it is' : `${row.cpu} × slower`)],
  ['first paint, s, median', (row) => seconds(row.first_contentful_paint_ms)[0]],
  ['worst', (row) => seconds(row.first_contentful_paint_ms)[1]],
  ['usable, s, median', (row) => seconds(row.usable_ms)[0]],
  ['worst', (row) => seconds(row.usable_ms)[1]],
];
const book = [
  columns[0],
  ['first rows, s, median', (row) => seconds(row.first_rows_ms)[0]],
  ['worst', (row) => seconds(row.first_rows_ms)[1]],
  ['frame, ms, median', (row) => row.frame_ms.median],
  ['worst', (row) => row.frame_ms.worst],
  ['frames over 50 ms', (row) => `${row.frames_over_50_ms} of ${row.frames}`],
];

function table(columns, rows) {
  const cells = [columns.map(([name]) => name), ...rows.map((row) => columns.map(([, cell]) => String(cell(row))))];
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at].length)));
  const line = (row) =>
    `| ${row.map((cell, at) => (at ? cell.padStart(widths[at]) : cell.padEnd(widths[at]))).join(' | ')} |`;
  const rule = `| ${widths.map((width, at) => (at ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  return [line(cells[0]), rule, ...cells.slice(1).map(line)].join('\n');
}

const kB = (bytes) => Math.round(bytes / 1_000);
const text = `Measured on ${cpus().length} cores of ${cpus()[0]?.model.trim()}; load average ${before} when it began and ${after} when it ended; Chromium ${figures.chromium}; ${figures.runs} visits each, at most 5 of the lender's.

${table(columns, figures.borrower)}

${table(book, figures.portfolio)}

Loaded until then, JavaScript and WebAssembly, gzipped: ${kB(figures.loaded_bytes.borrower)} kB by the borrower's page, ${kB(figures.loaded_bytes.lender)} kB by the lender's.
`;

console.log(values.json ? JSON.stringify({ ...figures, load_average: [before, after] }) : text);
if (values.write) {
  const page = readFileSync(values.write, 'utf8');
  const [head, rest] = page.split(BEGIN);
  const tail = rest?.slice(rest.indexOf(END));
  if (!rest?.includes(END)) throw new Error(`${values.write} has no part for these figures`);
  writeFileSync(values.write, `${head}${BEGIN}\n\n${text}\n${tail}`);
}
