// A CycloneDX bill of materials for each published package, in tools/release/dist/sbom: what an install of it brings along.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { billOfPackage, type Bill } from './bill-of-materials.js';
import { publishedPackages, workspaceRoot } from './workspace-packages.js';

// Not in dist/, which staging empties.
const target = path.join(workspaceRoot, 'tools/release/dist/sbom');
mkdirSync(target, { recursive: true });
for (const { name, folder, manifest } of publishedPackages()) {
  const json = execFileSync(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'library', '--omit', 'dev', '--workspace', folder],
    {
      cwd: workspaceRoot,
      encoding: 'utf8',
      maxBuffer: 1 << 27,
      stdio: ['ignore', 'pipe', 'inherit'],
      shell: process.platform === 'win32',
    },
  );
  const file = `${name.replace('@', '').replace('/', '-')}-${manifest.version}.cdx.json`;
  const bill = billOfPackage(JSON.parse(json) as Bill, name, manifest.version);
  writeFileSync(path.join(target, file), `${JSON.stringify(bill, null, 2)}\n`);
  console.log(`${file}: ${bill.components.length} components`);
}
