// Jest runs CommonJS; the source and part of the dependencies are ES modules. Native ESM in jest fails on the CommonJS
// plugins of Nest, so this turns TypeScript and every ES module into CommonJS and leaves CommonJS alone.
// Consequence: no top-level await in a module that a test imports.
'use strict';
const { createHash } = require('node:crypto');
const { existsSync, readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { transformSync, version } = require('@swc/core');

const self = createHash('sha256').update(readFileSync(__filename)).update(version).digest('hex');

// As in Node, the default import of a true CommonJS module is its module.exports, whatever it says of __esModule; only
// what was compiled here has a default export of its own. swc's helpers ask __esModule: make them ask for our mark.
const marker = "Symbol.for('compiled-from-esm')";
const declared = 'Object.defineProperty(exports, "__esModule", {';

/** folder → whether its nearest package.json makes `.js` an ES module */
const esmFolders = new Map();
function isEsmFolder(folder) {
  const known = esmFolders.get(folder);
  if (known !== undefined) return known;
  const manifest = join(folder, 'package.json');
  const parent = dirname(folder);
  let esm;
  if (existsSync(manifest)) esm = JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
  else esm = parent !== folder && isEsmFolder(parent);
  esmFolders.set(folder, esm);
  return esm;
}

// CommonJS wraps a module in a function with these parameters; an ES module may declare them as its own.
function renameWrapperNames(code) {
  for (const name of ['__dirname', '__filename', 'require']) {
    if (!new RegExp(`^(?:const|let|var) ${name}\\b`, 'm').test(code)) continue;
    code = code.replace(new RegExp(`(?<![.$\\w'"\`])${name}\\b(?!\\s*:)`, 'g'), `${name}_esm`);
  }
  return code;
}

function kindOf(path) {
  if (/\.[mc]?tsx?$/.test(path)) return 'typescript';
  if (path.endsWith('.mjs')) return 'esm';
  if (path.endsWith('.js') && isEsmFolder(dirname(path))) return 'esm';
  return 'commonjs';
}

exports.process = (code, path) => {
  const kind = kindOf(path);
  if (kind === 'commonjs') return { code };
  const compiled = transformSync(renameWrapperNames(code), {
    filename: path,
    swcrc: false,
    configFile: false,
    sourceMaps: kind === 'typescript' ? 'inline' : false,
    module: { type: 'commonjs', importInterop: 'swc' },
    jsc: {
      target: 'es2022',
      keepClassNames: true,
      externalHelpers: false,
      parser:
        kind === 'typescript'
          ? { syntax: 'typescript', tsx: path.endsWith('x'), decorators: true }
          : { syntax: 'ecmascript', importAttributes: true },
      transform: {
        legacyDecorator: true,
        decoratorMetadata: true,
        useDefineForClassFields: kind !== 'typescript',
        verbatimModuleSyntax: true,
      },
    },
  });
  return {
    code: compiled.code
      .replace(declared, `Object.defineProperty(exports, ${marker}, { value: true }); ${declared}`)
      .replaceAll('obj.__esModule', `obj[${marker}]`),
  };
};

exports.getCacheKey = (code, path) =>
  createHash('sha256')
    .update(self)
    .update('\0')
    .update(path)
    .update('\0')
    .update(kindOf(path))
    .update('\0')
    .update(code)
    .digest('hex');
