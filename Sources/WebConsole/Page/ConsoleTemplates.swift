/// The console's markup. Double braces escape; there are no triple ones.
enum ConsoleTemplates {
    static let all = ["page": page, "blocks": blocks, "words": words]

    private static let page = """
        <!DOCTYPE html>
        <html lang="{{lang}}">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{{title}} – {{owner}} – Sidos</title>
        <link rel="stylesheet" href="/console.css">
        <link rel="icon" href="/console.svg" type="image/svg+xml">
        <script src="/console.js" defer></script>
        </head>
        <body>
        <a class="skip" href="#content">{{skip}}</a>
        <header>
        <p class="owner"><strong>Sidos</strong> {{owner}}</p>
        {{#signer}}<p class="signer">{{.}}</p>{{/signer}}
        {{#known}}<form method="post" action="/language" class="languages" aria-label="{{languageLabel}}">
        <input type="hidden" name="csrf" value="{{csrf}}">
        <input type="hidden" name="back" value="{{path}}">
        {{#languages}}<button name="language" value="{{code}}" lang="{{code}}"\
        {{#current}} aria-pressed="true"{{/current}}>{{name}}</button>
        {{/languages}}</form>
        <form method="post" action="/leave" class="leave"><input type="hidden" name="csrf" value="{{csrf}}">
        <button>{{leave}}</button></form>{{/known}}
        </header>
        {{#known}}<nav aria-label="{{menu}}"><ul>
        {{#sections}}<li><a href="{{href}}"{{#current}} aria-current="page"{{/current}}>{{title}}</a></li>
        {{/sections}}</ul></nav>{{/known}}
        <main id="content" tabindex="-1">
        <h1>{{title}}</h1>
        {{#flash}}<p class="notice good" role="status">{{> words}}</p>{{/flash}}
        {{> blocks}}
        </main>
        </body>
        </html>
        """

    private static let words = """
        {{#link}}<a href="{{href}}">{{/link}}<span{{#english}} lang="en"{{/english}}>{{text}}</span>\
        {{#link}}</a>{{/link}}
        """

    private static let blocks = """
        {{#blocks}}
        {{#heading}}<h2>{{text}}</h2>{{/heading}}
        {{#paragraph}}<p>{{> words}}</p>{{/paragraph}}
        {{#list}}<ul>{{#items}}<li>{{> words}}</li>{{/items}}</ul>{{/list}}
        {{#outline}}<ul class="outline">{{#items}}<li class="{{level}}">{{#term}}<strong>{{.}}:</strong> {{/term}}\
        {{text}}</li>{{/items}}</ul>{{/outline}}
        {{#facts}}<dl>{{#items}}<div><dt>{{term}}</dt>\
        <dd>{{#text}}{{> words}}{{/text}}</dd></div>{{/items}}</dl>{{/facts}}
        {{#table}}<div class="scroll" role="region" tabindex="0" aria-label="{{caption}}"><table>
        <caption>{{caption}}</caption>
        <thead><tr>{{#head}}<th scope="col">{{text}}</th>{{/head}}</tr></thead>
        <tbody>{{#rows}}<tr>{{#first}}<th scope="row">{{> words}}</th>{{/first}}\
        {{#cells}}<td>{{> words}}</td>{{/cells}}</tr>{{/rows}}</tbody>
        </table></div>{{/table}}
        {{#lines}}<pre role="region" tabindex="0" aria-label="{{label}}" lang="en">{{text}}</pre>{{/lines}}
        {{#notice}}<p class="notice {{class}}"><strong>{{word}}</strong>{{#words}}{{> words}}{{/words}}</p>{{/notice}}
        {{#bar}}<p class="bar"><span class="label">{{label}}</span>
        <progress max="{{total}}" value="{{done}}" aria-label="{{label}}"></progress>
        <span class="text">{{text}}</span></p>{{/bar}}
        {{#form}}<form method="post" action="{{action}}" class="act">
        <input type="hidden" name="csrf" value="{{csrf}}">
        {{#hidden}}<input type="hidden" name="{{name}}" value="{{value}}">{{/hidden}}
        {{#fields}}<div class="field">
        {{#line}}<label for="{{id}}">{{label}}</label>{{#hint}}<p class="hint" id="{{id}}">{{text}}</p>{{/hint}}
        <input id="{{id}}" name="{{name}}" type="text" autocomplete="off" spellcheck="false"\
        {{#required}} required{{/required}}{{#hint}} aria-describedby="{{id}}"{{/hint}}>{{/line}}
        {{#area}}<label for="{{id}}">{{label}}</label>{{#hint}}<p class="hint" id="{{id}}">{{text}}</p>{{/hint}}
        <textarea id="{{id}}" name="{{name}}" rows="4" autocomplete="off" spellcheck="false"\
        {{#required}} required{{/required}}{{#hint}} aria-describedby="{{id}}"{{/hint}}></textarea>{{/area}}
        {{#tick}}<label class="tick"><input id="{{id}}" name="{{name}}" type="checkbox" value="yes" required>
        {{label}}</label>{{/tick}}
        {{#choice}}<label for="{{id}}">{{label}}</label>
        <select id="{{id}}" name="{{name}}">{{#choices}}<option value="{{value}}">{{label}}</option>{{/choices}}\
        </select>{{/choice}}
        </div>{{/fields}}
        <button{{#grave}} class="grave"{{/grave}}>{{submit}}</button>
        </form>{{/form}}
        {{#live}}<div data-live="{{path}}">{{> blocks}}</div>{{/live}}
        {{/blocks}}
        """
}
