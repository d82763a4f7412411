import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine } from './engine-process.ts';

/** Secret name to secret string. Read at each call, so a later change is seen. */
export type Secrets = Readonly<Record<string, string>>;

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const arnPrefix = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:';

function failure(type: string, message: string): Answer {
  return { status: 400, body: { __type: type, Message: message } };
}

/** A secret's ARN ends in a hyphen and six random characters; here they are always the same six. */
const arnSuffix = '-AbCdEf';

function secretName(secretId: string): string {
  const name = secretId.startsWith(arnPrefix) ? secretId.slice(arnPrefix.length) : secretId;
  return name.endsWith(arnSuffix) ? name.slice(0, -arnSuffix.length) : name;
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
function getSecretValue(secrets: Secrets, request: unknown): Answer {
  const secretId = (request as { SecretId?: unknown } | null)?.SecretId;
  if (typeof secretId !== 'string' || secretId === '') {
    return failure('InvalidParameterException', 'You must provide a SecretId.');
  }
  const name = secretName(secretId);
  if (!Object.hasOwn(secrets, name)) {
    return failure('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }
  const body = {
    ARN: `${arnPrefix}${name}${arnSuffix}`,
    Name: name,
    SecretString: secrets[name],
    VersionId: '00000000-0000-4000-8000-000000000000',
    VersionStages: ['AWSCURRENT'],
    CreatedDate: 1_700_000_000,
  };
  return { status: 200, body };
}

async function answer(secrets: Secrets, request: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (request.headers['x-amz-target'] !== 'secretsmanager.GetSecretValue') {
    return failure('UnknownOperationException', 'Only GetSecretValue is served here.');
  }
  try {
    return getSecretValue(secrets, JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch (error) {
    if (error instanceof SyntaxError) return failure('SerializationException', error.message);
    throw error;
  }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}

/** Starts a Secrets Manager endpoint that knows `GetSecretValue`, by name or ARN, for the secrets given. */
export async function startSecrets(options: { secrets: Secrets; port?: number }): Promise<Engine> {
  const server = createServer((request, response) => {
    answer(options.secrets, request).then(
      (given) => send(response, given),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
