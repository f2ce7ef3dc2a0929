/** The description of the API: built from the same schemas that check requests, served, and committed as docs/openapi.json. */
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { ruleFor } from '../access/rules.js';
import { PROBLEM_JSON } from '../http/problem.js';
import { PROBLEM } from '../http/schemas.js';

/** Of the interface, not of the program: it grows within /api/v1. */
const API_VERSION = '1.0';

const ABOUT = `Keeps social-media posts as they were, when they were seen, in a form that a stranger can check.

Times are UTC, ISO 8601, as precise as is known, without Z where the zone is unknown; \`times\` beside them says for each how precise it is, in which zone, and between which moments one of unknown zone lies.
Ids are strings; digests are \`sha256:<hex>\`. Lists page by \`cursor\` (opaque; \`next\` of the page before) and \`limit\`, and stay stable while ingestion runs.
Errors are problem documents (RFC 9457). A query parameter that is not known is an error, not ignored.

Once an API key exists, every request needs one, as a bearer token or as the password of HTTP Basic (any user name); \`x-role\` says what an operation asks of it: \`reader\`, \`archivist\`, who may do what a reader may, or \`administrator\`, who may do everything.`;

const BEARER = 'bearer';
const BASIC = 'basic';

export const DOCUMENT_PATH = 'api/openapi.json';
export const DOCS_PATH = 'api/docs';

export function describeApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Perdure')
    .setVersion(API_VERSION)
    .setDescription(ABOUT)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key: `perdure keys add`.' }, BEARER)
    .addBasicAuth({ type: 'http', scheme: 'basic', description: 'Any user name; an API key as the password.' }, BASIC)
    .addSecurityRequirements(BEARER)
    .addSecurityRequirements(BASIC)
    .addGlobalResponse({
      status: 'default',
      description: 'A problem document.',
      content: { [PROBLEM_JSON]: { schema: { $ref: '#/components/schemas/Problem' } } },
    })
    .setOpenAPIVersion('3.0.3')
    .build();
  const document = SwaggerModule.createDocument(app, config, { standardSchemaConverter: convert });
  document.components ??= {};
  document.components.schemas = {
    ...document.components.schemas,
    ...convert(PROBLEM, { schemaType: 'output' }).components,
  };
  describeUpload(document);
  describeRoles(document);
  return document;
}

/** Zod to OpenAPI, without what says nothing. Schemas with an id become components of that name. */
function convert(schema: unknown, { schemaType }: { schemaType: 'input' | 'output' }) {
  const { definitions, ...rest } = z.toJSONSchema(schema as z.ZodType, {
    target: 'openapi-3.0',
    io: schemaType,
    override: ({ jsonSchema }) => {
      delete jsonSchema.id;
      // A JavaScript number's bounds are none of the value.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      // Answers may grow; requests may not hold what is not known.
      if (schemaType === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return { schema: rest, components: definitions ?? {} };
}

/** The two ways to hand in a file have bodies of their own; the decorators know one for both. */
function describeUpload(document: OpenAPIObject): void {
  const body = document.paths['/api/v1/accessions']?.post?.requestBody;
  if (!body || !('content' in body)) throw new Error('the upload is not described');
  body.content['multipart/form-data'] = {
    schema: {
      type: 'object',
      required: ['file'],
      properties: { file: { type: 'string', format: 'binary', description: 'after all other fields' } },
      additionalProperties: { type: 'string', description: 'the parameters of the query' },
    },
  };
}

/** What the gate asks (access/rules.ts). */
function describeRoles({ paths }: OpenAPIObject): void {
  for (const [path, operations] of Object.entries(paths)) {
    const route = path.replace(/\{(\w+)\}/g, ':$1');
    for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
      const operation = operations[method];
      if (!operation) continue;
      const { role } = ruleFor(method.toUpperCase(), route);
      if (role === 'anyone') operation.security = [];
      else Object.assign(operation, { 'x-role': role });
    }
  }
}

/** Serves the document and its browsable form. */
export function serveDocument(app: INestApplication, document: OpenAPIObject): void {
  SwaggerModule.setup(DOCS_PATH, app, document, {
    jsonDocumentUrl: DOCUMENT_PATH,
    raw: ['json'],
    customSiteTitle: 'Perdure API',
    swaggerOptions: { tryItOutEnabled: true, displayRequestDuration: true },
  });
}
