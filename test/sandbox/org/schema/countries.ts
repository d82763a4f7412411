/** Reads `code=name` pairs with commas between. */
function pairs(text: string): ReadonlyMap<string, string> {
  const entries = text.split(',').map((pair) => pair.trim().replace(/\s+/g, ' ').split('='));
  return new Map(entries.map(([code = '', name = '']) => [code, name]));
}

/**
 * Countries with their integration values, which default to the names of ISO 3166. A part of what a new org offers.
 * {@link https://help.salesforce.com/s/articleView?id=xcloud.admin_state_country_picklists_integ_values.htm}
 */
export const countries: ReadonlyMap<string, string> = pairs(`
  AE=United Arab Emirates, AR=Argentina, AT=Austria, AU=Australia, BE=Belgium, BG=Bulgaria, BR=Brazil, CA=Canada,
  CH=Switzerland, CL=Chile, CN=China, CO=Colombia, CY=Cyprus, CZ=Czechia, DE=Germany, DK=Denmark, EE=Estonia,
  EG=Egypt, ES=Spain, FI=Finland, FR=France, GB=United Kingdom, GH=Ghana, GR=Greece, HR=Croatia, HU=Hungary,
  ID=Indonesia, IE=Ireland, IL=Israel, IN=India, IS=Iceland, IT=Italy, JP=Japan, KE=Kenya, LT=Lithuania,
  LU=Luxembourg, LV=Latvia, MA=Morocco, MT=Malta, MX=Mexico, MY=Malaysia, NG=Nigeria, NL=Netherlands, NO=Norway,
  NZ=New Zealand, PE=Peru, PH=Philippines, PK=Pakistan, PL=Poland, PT=Portugal, RO=Romania, RS=Serbia,
  SA=Saudi Arabia, SE=Sweden, SG=Singapore, SI=Slovenia, SK=Slovakia, TH=Thailand, TN=Tunisia, TR=Turkey,
  UA=Ukraine, US=United States, UY=Uruguay, VN=Vietnam, ZA=South Africa
`);

/**
 * States by country. Only some countries have any; others refuse every state.
 * {@link https://support.storeconnect.com/article/resolve-state-country-picklist-sync-errors}
 */
export const states: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  [
    'US',
    pairs(`
      AL=Alabama, AK=Alaska, AZ=Arizona, AR=Arkansas, CA=California, CO=Colorado, CT=Connecticut, DE=Delaware,
      DC=District of Columbia, FL=Florida, GA=Georgia, HI=Hawaii, ID=Idaho, IL=Illinois, IN=Indiana, IA=Iowa,
      KS=Kansas, KY=Kentucky, LA=Louisiana, ME=Maine, MD=Maryland, MA=Massachusetts, MI=Michigan, MN=Minnesota,
      MS=Mississippi, MO=Missouri, MT=Montana, NE=Nebraska, NV=Nevada, NH=New Hampshire, NJ=New Jersey,
      NM=New Mexico, NY=New York, NC=North Carolina, ND=North Dakota, OH=Ohio, OK=Oklahoma, OR=Oregon,
      PA=Pennsylvania, RI=Rhode Island, SC=South Carolina, SD=South Dakota, TN=Tennessee, TX=Texas, UT=Utah,
      VT=Vermont, VA=Virginia, WA=Washington, WV=West Virginia, WI=Wisconsin, WY=Wyoming
    `),
  ],
  [
    'CA',
    pairs(`
      AB=Alberta, BC=British Columbia, MB=Manitoba, NB=New Brunswick, NL=Newfoundland and Labrador,
      NT=Northwest Territories, NS=Nova Scotia, NU=Nunavut, ON=Ontario, PE=Prince Edward Island, QC=Quebec,
      SK=Saskatchewan, YT=Yukon Territories
    `),
  ],
  [
    'AU',
    pairs(`
      ACT=Australian Capital Territory, NSW=New South Wales, NT=Northern Territory, QLD=Queensland,
      SA=South Australia, TAS=Tasmania, VIC=Victoria, WA=Western Australia
    `),
  ],
  [
    'BR',
    pairs(`
      AL=Alagoas, AM=Amazonas, BA=Bahia, CE=Ceará, DF=Distrito Federal, MG=Minas Gerais, PA=Pará, PR=Paraná,
      PE=Pernambuco, RJ=Rio de Janeiro, RS=Rio Grande do Sul, SC=Santa Catarina, SP=São Paulo
    `),
  ],
  ['JP', pairs('13=Tokyo, 14=Kanagawa, 23=Aichi, 26=Kyoto, 27=Osaka, 28=Hyogo')],
]);

/** The key of a text among the values of a map, whatever its case. */
export function codeOfName(names: ReadonlyMap<string, string>, text: string): string | undefined {
  const wanted = text.toLowerCase();
  for (const [code, name] of names) if (name.toLowerCase() === wanted) return code;
  return undefined;
}
