import { tasksOf, type Task } from './task.ts';

// What is so in the small world: about two hundred facts in a dozen families.

/** `a b, c d` to [['a', 'b'], ['c', 'd']]; an underscore stands for a space. */
function pairs(list: string): (readonly [string, string])[] {
  return list.split(',').map((item) => {
    const [subject = '', value = ''] = item.trim().split(' ').map((word) => word.replaceAll('_', ' '));
    return [subject, value] as const;
  });
}

export const facts: readonly Task[] = [
  ...tasksOf({
    group: 'capital',
    useCase: 'open_qa',
    pairs: pairs(
      'france paris, italy rome, spain madrid, germany berlin, england london, ireland dublin, greece athens, egypt cairo, japan tokyo, ' +
        'china beijing, russia moscow, norway oslo, sweden stockholm, poland warsaw, austria vienna, portugal lisbon, peru lima, cuba havana, ' +
        'kenya nairobi, canada ottawa, denmark copenhagen, finland helsinki, hungary budapest, belgium brussels, scotland edinburgh, wales cardiff, thailand bangkok, chile santiago',
    ),
    questions: ['what is the capital of {s}?', 'tell me the capital of {s}.', 'which city is the capital of {s}?', '{s}: what is its capital?', 'please name the capital of {s}.'],
    statements: ['the capital of {s} is {v}.', '{v} is the capital of {s}.', 'the capital city of {s} is called {v}.', 'if you go to {s}, visit {v}, the capital of {s}.'],
    topic: 'the capital of {s}',
  }),
  ...tasksOf({
    group: 'colour',
    useCase: 'open_qa',
    pairs: pairs(
      'grass green, snow white, coal black, blood red, the_sky blue, a_lemon yellow, a_carrot orange, a_frog green, a_tomato red, a_banana yellow, chocolate brown, ' +
        'milk white, a_crow black, a_pig pink, a_strawberry red, salt white, the_sea blue, a_swan white, an_elephant grey, a_mouse grey, a_canary yellow, a_cherry red, a_cucumber green, a_flamingo pink, a_pumpkin orange, mud brown',
    ),
    questions: ['what colour is {s}?', 'tell me the colour of {s}.', 'which colour has {s}?', 'please say what colour {s} is.', '{s}: which colour is that?'],
    statements: ['{s} is {v}.', 'the colour of {s} is {v}.', 'everyone can see that {s} is {v}.', 'to paint {s}, take {v} paint: {s} is {v}.'],
    topic: 'the colour of {s}',
  }),
  ...tasksOf({
    group: 'sound',
    useCase: 'open_qa',
    pairs: pairs('cow moo, dog woof, cat meow, duck quack, sheep baa, pig oink, horse neigh, bee buzz, snake hiss, lion roar, frog ribbit, owl hoot, mouse squeak, crow caw'),
    questions: ['what does a {s} say?', 'what sound does a {s} make?', 'tell me what a {s} says.', 'how does a {s} sound?', 'please make the sound of a {s}.'],
    statements: ['a {s} says {v}.', '{v}, says the {s}.', 'when you hear {v}, there is a {s}: a {s} says {v}.', 'the {s} on the farm says {v}.'],
    topic: 'what a {s} says',
  }),
  ...tasksOf({
    group: 'baby',
    useCase: 'open_qa',
    pairs: pairs('dog puppy, cat kitten, cow calf, sheep lamb, horse foal, pig piglet, duck duckling, hen chick, bear cub, deer fawn, goat kid, goose gosling, frog tadpole, swan cygnet'),
    questions: ['what is a baby {s} called?', 'what do you call a young {s}?', 'tell me the name of a baby {s}.', 'what is the word for the child of a {s}?', 'please tell me what a little {s} is called.'],
    statements: ['a baby {s} is called a {v}.', 'a {v} is a baby {s}.', 'when the {s} has a baby, it is a {v}.', 'a {v} grows up to be a {s}.'],
    topic: 'a baby {s}',
  }),
  ...tasksOf({
    group: 'home',
    useCase: 'open_qa',
    pairs: pairs('bird nest, bee hive, bear cave, spider web, rabbit burrow, horse stable, pig sty, fish pond, dog kennel, lion den, cow barn, squirrel tree, king castle, farmer farm, monk monastery'),
    questions: ['where does a {s} live?', 'what is the home of a {s}?', 'tell me where a {s} lives.', 'where can i find the home of a {s}?', 'please say where a {s} sleeps.'],
    statements: ['a {s} lives in a {v}.', 'the home of a {s} is a {v}.', 'look into the {v}: there lives a {s}.', 'at night the {s} goes home to its {v}.'],
    topic: 'the home of a {s}',
  }),
  ...tasksOf({
    group: 'legs',
    useCase: 'open_qa',
    pairs: pairs('dog 4, cat 4, spider 8, ant 6, bee 6, bird 2, hen 2, horse 4, snake 0, fish 0, cow 4, fly 6, duck 2, lion 4, worm 0, child 2'),
    questions: ['how many legs has a {s}?', 'how many legs does a {s} have?', 'count the legs of a {s}.', 'tell me the number of legs of a {s}.', 'please say how many legs a {s} has.'],
    statements: ['a {s} has {v} legs.', 'the number of legs of a {s} is {v}.', 'count with me: the {s} has {v} legs.', 'there are {v} legs on a {s}.'],
    topic: 'the legs of a {s}',
  }),
  ...tasksOf({
    group: 'job',
    useCase: 'open_qa',
    pairs: pairs(
      'baker bakes_bread, farmer grows_food, teacher teaches_children, doctor helps_the_sick, painter paints_pictures, pilot flies_planes, sailor sails_ships, tailor sews_clothes, ' +
        'singer sings_songs, writer writes_books, builder builds_houses, fisher catches_fish, postman brings_letters, dentist mends_teeth, cook makes_dinner, gardener plants_flowers',
    ),
    questions: ['what does a {s} do?', 'what is the work of a {s}?', 'tell me what a {s} does all day.', 'what is the job of a {s}?', 'please tell me about the job of a {s}.'],
    statements: ['a {s} {v}.', 'every day the {s} {v}.', 'someone who {v} is a {s}.', 'it is the work of a {s}: a {s} {v}.'],
    topic: 'the work of a {s}',
  }),
  ...tasksOf({
    group: 'use',
    useCase: 'open_qa',
    pairs: pairs(
      'knife cut, pen write, broom sweep, needle sew, spoon stir, bed sleep, oven bake, shovel dig, lamp read, ball play, soap wash, bike ride, phone talk, brush paint, boat sail, cup drink',
    ),
    questions: ['what is a {s} for?', 'what do people use a {s} for?', 'tell me what i can do with a {s}.', 'why do people have a {s}?', 'please say what a {s} is good for.'],
    statements: ['people use a {s} to {v}.', 'a {s} is there to {v}.', 'if you want to {v}, take a {s}.', 'with a {s} you can {v}.'],
    topic: 'the use of a {s}',
  }),
  ...tasksOf({
    group: 'source',
    useCase: 'open_qa',
    pairs: pairs('milk cows, honey bees, wool sheep, bread flour, cheese milk, paper wood, glass sand, rain clouds, wine grapes, butter cream, juice fruit, flour wheat, light lamps'),
    questions: ['where does {s} come from?', 'where do we get {s} from?', 'tell me where {s} comes from.', 'what gives us {s}?', 'please explain where we find {s}.'],
    statements: ['we get {s} from {v}.', '{s} comes from {v}.', 'without {v} there is no {s}.', 'to have {s} you need {v}.'],
    topic: 'where {s} comes from',
  }),
  ...tasksOf({
    group: 'after',
    useCase: 'open_qa',
    pairs: pairs(
      'monday tuesday, tuesday wednesday, wednesday thursday, thursday friday, friday saturday, saturday sunday, sunday monday, january february, february march, march april, april may, ' +
        'may june, june july, july august, august september, september october, october november, november december, spring summer, summer autumn, autumn winter, winter spring',
    ),
    questions: ['what comes after {s}?', 'what follows {s}?', 'tell me what comes right after {s}.', '{s} is over. what is next?', 'please say what comes when {s} ends.'],
    statements: ['after {s} comes {v}.', '{v} comes after {s}.', 'when {s} is over, it is {v}.', '{s} is followed by {v}.'],
    topic: 'what comes after {s}',
  }),
];
