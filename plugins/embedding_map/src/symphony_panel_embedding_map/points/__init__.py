"""Stand-in."""
import numpy as np
class TileIndex:
    def __init__(s,x,y):
        s.x=x.astype('f4'); s.y=y.astype('f4'); s.ok=np.isfinite(s.x)&np.isfinite(s.y)
    @property
    def extent(s):
        if not s.ok.any(): return None
        return (float(s.x[s.ok].min()),float(s.x[s.ok].max()),float(s.y[s.ok].min()),float(s.y[s.ok].max()))
    def _in(s,w,keep):
        m=s.ok&(s.x>=w[0])&(s.x<=w[1])&(s.y>=w[2])&(s.y<=w[3])
        return m if keep is None else m&keep
    def _bin(s,w,W,H,keep):
        r=np.flatnonzero(s._in(w,keep))
        i=np.minimum(((s.x[r]-w[0])/(w[1]-w[0])*W).astype(int),W-1); j=np.minimum(((s.y[r]-w[2])/(w[3]-w[2])*H).astype(int),H-1)
        return r,j*W+i
    def codes(s,c): return c
    def counts(s,w,W,H,keep=None):
        r,b=s._bin(w,W,H,keep); return np.bincount(b,minlength=W*H).reshape(H,W).astype('u4')
    def counts_by(s,w,W,H,codes,k,keep=None):
        r,b=s._bin(w,W,H,keep); return np.bincount(b*k+codes[r],minlength=W*H*k).reshape(H,W,k).astype('u4')
    def means(s,w,W,H,v,keep=None):
        ok=~np.isnan(v); keep=ok if keep is None else keep&ok
        r,b=s._bin(w,W,H,keep); c=np.bincount(b,minlength=W*H); t=np.bincount(b,weights=v[r],minlength=W*H)
        with np.errstate(all='ignore'): return (t/c).reshape(H,W).astype('f4'), c.reshape(H,W)
    def rows_in(s,w,limit,keep=None): return np.flatnonzero(s._in(w,keep))[:limit]
    def nearest(s,x,y,radius,keep=None):
        d=(s.x-x)**2+(s.y-y)**2; m=s.ok if keep is None else s.ok&keep
        d=np.where(m,d,np.inf); i=int(np.argmin(d)); return i if d[i]<=radius**2 else None
_k={}
def shared_index(table,xn,yn):
    k=(table.fingerprint,table.key(xn),table.key(yn))
    if k not in _k: _k[k]=TileIndex(table.column(xn).values,table.column(yn).values)
    return _k[k]
