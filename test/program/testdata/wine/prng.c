/* Wine 8 lacks the one function of bcryptprimitives.dll that Go programs call
   when they start. The tests build this in its place. */
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length)
{
	return RtlGenRandom(data, (ULONG)length);
}
