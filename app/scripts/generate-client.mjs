// Writes src/client from the program's IDL. With --check it writes nothing, and fails if what is committed differs.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rootNodeFromAnchor } from '@codama/nodes-from-anchor';
import { renderVisitor } from '@codama/renderers-js';
import { createFromRoot } from 'codama';

const app = join(dirname(fileURLToPath(import.meta.url)), '..');
const committed = join(app, 'src', 'client');
const idl = JSON.parse(readFileSync(join(app, '..', 'idl', 'latchkey.json'), 'utf8'));

/** Every file below a directory, by its relative name. */
function filesIn(directory) {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.map((file) => [file.slice(directory.length + 1), readFileSync(file, 'utf8')]));
}

function differences(left, right) {
  const names = new Set([...left.keys(), ...right.keys()]);
  return [...names].filter((name) => left.get(name) !== right.get(name)).sort();
}

const draft = mkdtempSync(join(tmpdir(), 'latchkey-client-'));
try {
  await createFromRoot(rootNodeFromAnchor(idl)).accept(
    renderVisitor(draft, { generatedFolder: 'client', syncPackageJson: false }),
  );
  const generated = join(draft, 'client');
  // The renderer's plugin type, which the page does not use, does not pass TypeScript's strict checks.
  const program = join(generated, 'programs', 'latchkey.ts');
  writeFileSync(program, `// @ts-nocheck\n${readFileSync(program, 'utf8')}`);
  if (process.argv.includes('--check')) {
    const wrong = differences(filesIn(committed), filesIn(generated));
    if (wrong.length > 0) {
      console.error(`src/client is not what the IDL gives: run \`npm run generate\`. Different: ${wrong.join(', ')}`);
      process.exitCode = 1;
    }
  } else {
    rmSync(committed, { recursive: true, force: true });
    cpSync(generated, committed, { recursive: true });
  }
} finally {
  rmSync(draft, { recursive: true, force: true });
}
