// Makes types of an OpenAPI document with openapi-typescript and compiles agency.ts against them, strictly. Arguments: the document
// and the folder for what is made, which lies below a folder that has our node_modules.
import {copyFileSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import openapiTS, {astToString} from 'openapi-typescript';
import ts from 'typescript';

const [document, folder] = process.argv.slice(2);
mkdirSync(folder, {recursive: true});
const types = await openapiTS(JSON.parse(readFileSync(document, 'utf8')), {emptyObjectsUnknown: true});
writeFileSync(`${folder}/verifier.ts`, astToString(types));
copyFileSync(new URL('agency.ts', import.meta.url), `${folder}/agency.ts`);
const program = ts.createProgram([`${folder}/agency.ts`], {
  strict: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  typeRoots: [fileURLToPath(new URL('../node_modules/@types', import.meta.url))],
  types: ['node'],
});
const faults = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
const host = {getCanonicalFileName: name => name, getCurrentDirectory: () => folder, getNewLine: () => '\n'};
console.error(ts.formatDiagnostics(faults, host));
process.exit(faults.length === 0 ? 0 : 1);
