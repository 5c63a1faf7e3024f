-- What search looks up: the words of each finding's post as the query language reads them; rowid is findings.id.
create virtual table words using fts5(title, text, marks, tokenize="ascii tokenchars '''#@$._:/=-'");
