import { describe, expect, it } from 'vitest';
import { consoleJson } from '../../cdk/hosted-console.ts';
import { API_ROUTES, API_SCOPES, ROUTE_KEYS } from '../../lib/lambda/api/routes.ts';
import { parseSettings } from '../../lib/lambda/settings.ts';
import { type Resource, resourcesOf, synthesised } from './synthesised.ts';

const jwt = { issuer: 'https://login.example.com/tenant', audience: ['lockstep'] };
const { stateless } = synthesised({ auth: { jwt }, console: { clientId: 'console' } });

interface Behaviour {
  readonly PathPattern?: string;
  readonly TargetOriginId: string;
  readonly CachePolicyId: string;
  readonly OriginRequestPolicyId?: string;
  readonly ResponseHeadersPolicyId?: { readonly Ref: string };
  readonly AllowedMethods?: readonly string[];
  readonly ViewerProtocolPolicy: string;
}

interface DistributionConfig {
  readonly CacheBehaviors: readonly Behaviour[];
  readonly DefaultCacheBehavior: Behaviour;
  readonly DefaultRootObject: string;
  readonly Origins: readonly Readonly<Record<string, unknown>>[];
}

function only(type: string): Resource {
  const found = Object.values(resourcesOf(stateless, type));
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} resources are ${type}`);
  return found[0];
}

const { DistributionConfig: distribution } = only('AWS::CloudFront::Distribution').Properties as unknown as {
  readonly DistributionConfig: DistributionConfig;
};

describe('the hosted console', () => {
  it('is made only where the settings ask for it', () => {
    for (const settings of [{}, { auth: { jwt } }]) {
      const { stateless: without } = synthesised(settings);
      expect(resourcesOf(without, 'AWS::CloudFront::Distribution')).toEqual({});
      expect(resourcesOf(without, 'AWS::S3::Bucket')).toEqual({});
    }
  });

  it('takes tokens: with IAM the settings are refused in one line', () => {
    expect(() => parseSettings({ console: { clientId: 'console' } })).toThrow(
      /^lockstep\.console: takes auth\.jwt[^\n]*$/,
    );
  });

  it('has its files in a bucket that nobody but the distribution reads', () => {
    expect(only('AWS::S3::Bucket').Properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    const statements = (
      only('AWS::S3::BucketPolicy').Properties.PolicyDocument as {
        readonly Statement: readonly {
          readonly Effect: string;
          readonly Principal: unknown;
          readonly Action: unknown;
        }[];
      }
    ).Statement.filter(({ Effect }) => Effect === 'Allow');
    expect(statements.map(({ Principal, Action }) => ({ Principal, Action }))).toEqual([
      { Principal: { Service: 'cloudfront.amazonaws.com' }, Action: 's3:GetObject' },
    ]);
    expect(Object.keys(resourcesOf(stateless, 'AWS::CloudFront::OriginAccessControl'))).toHaveLength(1);
  });

  it('has every route of the API behind its own address, never cached, with all headers but the host', () => {
    const patterns = distribution.CacheBehaviors.map(({ PathPattern = '' }) => PathPattern);
    const matches = (path: string) =>
      patterns.some((pattern) => (pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern));
    expect(ROUTE_KEYS.map((key) => key.split(' ')[1] ?? '').filter((path) => !matches(path))).toEqual([]);
    expect(Object.keys(API_ROUTES).length).toBeGreaterThan(10);
    for (const behaviour of distribution.CacheBehaviors) {
      expect(behaviour).toMatchObject({
        // The managed policies CachingDisabled and AllViewerExceptHostHeader.
        // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
        CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
        OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
        ViewerProtocolPolicy: 'https-only',
      });
      expect(behaviour.AllowedMethods).toEqual(expect.arrayContaining(['GET', 'POST', 'PATCH', 'DELETE']));
    }
  });

  it('may load its own files alone, and call itself and the OpenID provider alone', () => {
    expect(distribution.DefaultCacheBehavior.ResponseHeadersPolicyId).toBeDefined();
    const { ResponseHeadersPolicyConfig } = only('AWS::CloudFront::ResponseHeadersPolicy').Properties as {
      readonly ResponseHeadersPolicyConfig: {
        readonly SecurityHeadersConfig: {
          readonly ContentSecurityPolicy: { readonly ContentSecurityPolicy: string };
        };
      };
    };
    const policy = ResponseHeadersPolicyConfig.SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy;
    expect(policy).toContain("default-src 'none'; script-src 'self'");
    expect(policy).toContain("connect-src 'self' https://login.example.com;");
    expect(policy).not.toContain('unsafe');
  });

  it('opens the API to no other origin: there is no CORS, which a page of the same address does not need', () => {
    expect(only('AWS::ApiGatewayV2::Api').Properties).not.toHaveProperty('CorsConfiguration');
  });

  it('is told how to sign in, by values that are no secret', () => {
    const told = { place: 'lockstep-test', issuer: jwt.issuer };
    expect(consoleJson({ ...told, settings: { clientId: 'console' } })).toEqual({
      apiUrl: '',
      place: 'lockstep-test',
      refreshSeconds: 15,
      signIn: {
        issuer: jwt.issuer,
        clientId: 'console',
        scope: `openid ${Object.keys(API_SCOPES).join(' ')}`,
      },
    });
    const asked = { clientId: 'console', scope: 'openid lockstep/read', resource: 'https://api.example.com' };
    expect(consoleJson({ ...told, settings: asked }).signIn).toEqual({ issuer: jwt.issuer, ...asked });
  });

  it('is an output of the stack', () => {
    expect(Object.keys(stateless.findOutputs('ConsoleUrl'))).toEqual(['ConsoleUrl']);
    expect(only('Custom::CDKBucketDeployment').Properties.SourceObjectKeys).toHaveLength(2);
  });
});
