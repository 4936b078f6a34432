create table t(id integer primary key, name text, grp text, value real);
.mode csv
.import --skip 1 table.csv t
select grp, count(*), round(sum(value), 2), min(value), max(value) from t group by grp order by grp;
select name, count(*) c from t group by name order by c desc, name limit 5;
create index by_name on t(name, value);
with recursive c(x) as (select 1 union all select x + 1 from c where x < 2000) select sum(x), avg(x), group_concat(x % 7, '') like '1234560%' from c;
select a.id, b.id from t a join t b on a.value < b.value and a.grp = 'a' and b.grp = 'b' and a.name = b.name order by 1, 2 limit 10;
select name, value, rank() over (partition by grp order by value desc) r from t where grp = 'c' order by r limit 5;
begin; update t set value = value * 2 where id % 2; delete from t where id > 100; rollback;
select printf('%.3f %x %s', 2.0 / 3, 255, upper('momonga')), hex('abc'), 7 / 2, 7 % 3, 9223372036854775807 + 1, typeof(1e3), json_extract('{"a":[1,2]}', '$.a[1]');
select strftime('%Y-%m-%d', 0, 'unixepoch'), substr('momonga', 3), replace('aXb', 'X', '-'), sqlite_version() > '3';
explain query plan select * from t where name = 'oak';
select * from missing;
