-- Tables, indexes, joins, aggregates and recursion in memory.
create table t(id integer primary key, k integer, name text, value real);
with recursive c(x, r) as (select 1, 42 union all select x + 1, (r * 1103515245 + 12345) & 2147483647 from c where x < 60000)
insert into t select x, (r >> 16) % 1000, 'name' || ((r >> 8) % 5000), (r >> 4) % 100000 / 8.0 from c;
create index by_k on t(k); create index by_name on t(name, value);
select count(*), sum(k), round(avg(value), 4), min(name), max(name) from t;
select k, count(*), round(sum(value), 2) from t group by k order by 3 desc limit 5;
select count(*) from t a join t b on a.k = b.k and a.id < b.id where a.k < 60;
select sum(length(name)), sum(name like '%99%'), count(distinct substr(name, 5, 2)) from t;
update t set value = value + 1 where k % 3 = 0; delete from t where k % 7 = 0;
select count(*), round(total(value), 2) from t where name between 'name1' and 'name3';
select id, name from t order by value desc, id limit 5;
