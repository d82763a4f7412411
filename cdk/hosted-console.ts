import { type CfnElement, Duration, Fn, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginRequestPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import type { HostedConsoleSettings, Settings } from '../lib/lambda/settings.ts';
import { contentSecurityPolicy } from '../lib/operator/static-files.ts';

export interface HostedConsoleProps {
  /** The folder of the built page. */
  readonly folder: string;
  readonly apiUrl: string;
  /** The place shown on the page. */
  readonly place: string;
  /** The issuer of tokens accepted by the API's authorizer. */
  readonly issuer: string;
  readonly settings: HostedConsoleSettings;
}

/** The hosted console, if configured; otherwise undefined. */
export function hostedConsole(
  scope: Construct,
  {
    settings,
    folder,
    ...rest
  }: Pick<HostedConsoleProps, 'apiUrl' | 'place'> & {
    readonly settings: Settings;
    readonly folder: string | undefined;
  },
): HostedConsole | undefined {
  const { auth, console: asked } = settings;
  if (asked === undefined || typeof auth === 'string') return undefined;
  if (folder === undefined) throw new Error('the hosted console has no built page');
  return new HostedConsole(scope, 'Console', { ...rest, folder, issuer: auth.jwt.issuer, settings: asked });
}

/** Interval of the pages' refreshes; every refresh costs API calls. */
const REFRESH_SECONDS = 15;

/** The bootstrap bucket with deployment assets. */
const ASSETS = 'cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>';

/** Scopes of a token for the whole console. */
const SCOPE = 'openid lockstep/read lockstep/write lockstep/operate';

/** Prefixes of the API's paths; the page's state is behind the `#`, so page paths cannot collide. */
const API_PATHS = ['/persons*', '/sync*', '/openapi.json'];

/**
 * The console on AWS: files in a bucket readable only by CloudFront, and the API under the same address, so that the
 * page calls only its own origin and the API needs no CORS. The page holds no secret: users sign in by the code flow
 * with PKCE, and the API's authorizer checks every token.
 */
export class HostedConsole extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, props: HostedConsoleProps) {
    super(scope, id);
    // The library's types are inconsistent under `exactOptionalPropertyTypes`.
    const bucket = new Bucket(this, 'Files', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      // Every deployment recreates the files.
      removalPolicy: RemovalPolicy.DESTROY,
    }) as IBucket;
    const distribution = this.#distribution(bucket, props);
    this.url = `https://${distribution.distributionDomainName}/`;
    const page = new BucketDeployment(this, 'Page', {
      destinationBucket: bucket,
      sources: [Source.asset(props.folder), Source.jsonData('console.json', consoleJson(props))],
      distribution,
      distributionPaths: ['/', '/index.html', '/console.json'],
    });
    acknowledge(bucket, distribution);
    acknowledgeCopier(page, bucket);
  }

  #distribution(bucket: IBucket, { apiUrl, issuer }: HostedConsoleProps): Distribution {
    const api = {
      origin: new HttpOrigin(Fn.select(2, Fn.split('/', apiUrl))),
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      // All headers except the host, including the token.
      // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
    };
    return new Distribution(this, 'Distribution', {
      comment: 'Lockstep: the console',
      defaultRootObject: 'index.html',
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_100,
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(bucket),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        responseHeadersPolicy: this.#headers(issuer),
      },
      additionalBehaviors: Object.fromEntries(API_PATHS.map((path) => [path, api])),
    });
  }

  #headers(issuer: string): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, 'Headers', {
      comment: 'Lockstep: sources and calls allowed for a page of the console',
      securityHeadersBehavior: {
        contentSecurityPolicy: {
          contentSecurityPolicy: contentSecurityPolicy([new URL(issuer).origin]),
          override: true,
        },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
        strictTransportSecurity: { accessControlMaxAge: Duration.days(365), override: true },
      },
    });
  }
}

/** The page's configuration: the API's address and the sign-in. */
export function consoleJson({ place, issuer, settings }: Pick<HostedConsoleProps, 'place' | 'issuer' | 'settings'>) {
  const { clientId, scope = SCOPE, resource } = settings;
  return {
    apiUrl: '',
    place,
    refreshSeconds: REFRESH_SECONDS,
    signIn: { issuer, clientId, scope, ...(resource !== undefined && { resource }) },
  };
}

function acknowledge(bucket: IBucket, distribution: Distribution): void {
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions::AwsSolutions-S1',
    reason: 'The bucket holds the public files of the page alone, and only CloudFront reads them.',
  });
  const reasons = {
    CFR1: 'Who may use the console is decided by the OpenID provider, not by the country of the caller.',
    CFR2: 'The API is throttled and asks for a token; a web ACL is a monthly cost and the choice of the account.',
    CFR3: 'The access log of the API records every call; the files of the page are public.',
    CFR4: 'The name under cloudfront.net includes a certificate; a custom domain is the choice of the account.',
  };
  Validations.of(distribution).acknowledge(
    ...Object.entries(reasons).map(([rule, reason]) => ({ id: `AwsSolutions::AwsSolutions-${rule}`, reason })),
  );
}

/** The function copying the files comes from the CDK library and runs only during a deployment. */
function acknowledgeCopier(page: BucketDeployment, bucket: IBucket): void {
  const copier = page.handlerRole.node.scope;
  if (copier === undefined) throw new Error('the function that copies the files has no scope');
  const reason =
    "The CDK library's own function copies the page's files during a deployment, and never runs otherwise.";
  const files = Stack.of(page).getLogicalId(bucket.node.defaultChild as CfnElement);
  const wildcards = [
    ...['s3:GetBucket*', 's3:GetObject*', 's3:List*', 's3:Abort*', 's3:DeleteObject*'].map((it) => `Action::${it}`),
    ...[`<${files}.Arn>/*`, `arn:<AWS::Partition>:s3:::${ASSETS}/*`, '*'].map((it) => `Resource::${it}`),
  ];
  const rules = [
    `IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]`,
    ...wildcards.map((found) => `IAM5[${found}]`),
    'L1',
  ].map((rule) => `AwsSolutions::AwsSolutions-${rule}`);
  const serverless = ['DLQ', 'LatestVersion', 'Tracing'].map((rule) => `Serverless::Serverless-Lambda${rule}`);
  Validations.of(copier).acknowledge(...[...rules, ...serverless].map((id) => ({ id, reason })));
}
