/** Reads a list that is written with commas between, over as many lines as it takes. */
function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim().replace(/\s+/g, ' '))
    .filter((part) => part !== '');
}

export const firstNames: readonly string[] = list(`
  Ada, Aiko, Amara, Andrei, Anja, Beatriz, Bram, Camille, Carlos, Chen, Chidi, Clara, Daniel, Diego, Elena, Emeka,
  Emma, Erik, Fatima, Felix, Freya, Gabriel, Grace, Hana, Hassan, Helena, Hugo, Ines, Ingrid, Isaac, Ivan,
  Jasmine, Joao, Johanna, Kai, Karim, Katja, Kwame, Lars, Leila, Liam, Lucia, Magnus, Maria, Mateo, Mei, Mikael,
  Mina, Mohammed, Nadia, Niamh, Noah, Olga, Omar, Oskar, Paula, Pedro, Priya, Rachel, Rafael, Rosa, Sakura,
  Samuel, Sanne, Sofia, Stefan, Svetlana, Tariq, Tomas, Ursula, Vera, Viktor, Wei, Yara, Yusuf, Zoe
`);

export const lastNames: readonly string[] = list(`
  Abara, Almeida, Andersen, Bakker, Becker, Bianchi, Brennan, Carvalho, Castillo, Chowdhury, Cohen, Costa, Dahl,
  Dubois, Eriksson, Farouk, Fernandez, Fischer, Flores, Fontaine, Garcia, Gomez, Gupta, Haddad, Hansen, Hartmann,
  Hayashi, Hoffmann, Horvat, Ibrahim, Ivanova, Jansen, Jensen, Kaplan, Keller, Kim, Kowalski, Kumar, Larsen,
  Lefevre, Lindgren, Lopez, Marino, Mbeki, Mendes, Meyer, Morales, Murphy, Nakamura, Ndiaye, Nguyen, Novak,
  OConnor, Okafor, Oliveira, Olsen, Park, Pereira, Petrov, Popescu, Quinn, Rahman, Ramirez, Rossi, Santos,
  Schmidt, Schneider, Silva, Singh, Sorensen, Suzuki, Takahashi, Tanaka, Torres, Van Dijk, Vasquez, Virtanen,
  Wagner, Walker, Weber, Wong, Yilmaz, Zhang, Zimmermann
`);

export const titles: readonly string[] = list(`
  Chief Executive Officer, Chief Technology Officer, Chief Marketing Officer, Chief Financial Officer, VP
  Marketing, VP Sales, VP Operations, Director of Marketing, Director of IT, Director of Procurement, Head of
  Digital, Head of Growth, Marketing Manager, Sales Manager, Operations Manager, Product Manager, Office Manager,
  Software Engineer, Data Analyst, Buyer, Consultant, Facilities Lead
`);

export const companyStarts: readonly string[] = list(`
  Alder, Amber, Apex, Arctic, Atlas, Aurora, Beacon, Birch, Blue Harbor, Bright, Cascade, Cedar, Cobalt, Copper,
  Crescent, Delta, Eastern, Ember, Evergreen, Falcon, Fjord, Granite, Harbor, Helio, Highland, Indigo, Ivory,
  Juniper, Keystone, Lakeside, Lumen, Maple, Meridian, Mosaic, Nimbus, Northwind, Oak, Orbit, Pacific, Pioneer,
  Prairie, Quartz, Redwood, River, Saffron, Sierra, Silver, Summit, Terra, Tidal, Union, Vertex, Willow, Zenith
`);

export const companyEnds: readonly string[] = list(`
  Analytics, Bank, Biotech, Brands, Consulting, Dynamics, Electric, Energy, Foods, Freight, Group, Health,
  Holdings, Industries, Insurance, Labs, Logistics, Machines, Media, Networks, Partners, Pharma, Retail, Software,
  Solutions, Steel, Systems, Textiles, Travel, Works
`);

/** City, state or region, postal code, country, dialling code. */
export const places = [
  ['San Francisco', 'CA', '94105', 'United States', '1'],
  ['Austin', 'TX', '78701', 'United States', '1'],
  ['Boston', 'MA', '02110', 'United States', '1'],
  ['Chicago', 'IL', '60606', 'United States', '1'],
  ['Toronto', 'Ontario', 'M5H 2N2', 'Canada', '1'],
  ['London', 'England', 'EC2A 4NE', 'United Kingdom', '44'],
  ['Dublin', 'Leinster', 'D02 X285', 'Ireland', '353'],
  ['Berlin', 'Berlin', '10117', 'Germany', '49'],
  ['Munich', 'Bavaria', '80331', 'Germany', '49'],
  ['Amsterdam', 'Noord-Holland', '1012 JS', 'Netherlands', '31'],
  ['Paris', 'Ile-de-France', '75002', 'France', '33'],
  ['Madrid', 'Madrid', '28013', 'Spain', '34'],
  ['Stockholm', 'Stockholm', '111 20', 'Sweden', '46'],
  ['Copenhagen', 'Hovedstaden', '1050', 'Denmark', '45'],
  ['Tokyo', 'Tokyo', '100-0005', 'Japan', '81'],
  ['Sydney', 'NSW', '2000', 'Australia', '61'],
  ['Sao Paulo', 'SP', '01310-100', 'Brazil', '55'],
  ['Lagos', 'Lagos', '101241', 'Nigeria', '234'],
  ['Singapore', 'Singapore', '048624', 'Singapore', '65'],
] as const;

export const streets: readonly string[] = list(`
  Market Street, Station Road, Harbour Lane, Mill Road, Garden Avenue, King Street, Church Street, Canal Street,
  Park Row, Bridge Street, Library Square, Foundry Way
`);

export const interests = ['Platform', 'Analytics', 'Mobile', 'Integration', 'Support', 'Training'] as const;

export const segments = ['Enterprise', 'Mid-Market', 'Small Business', 'Public Sector'] as const;
